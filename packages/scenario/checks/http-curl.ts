/** curl's command line for a look, and what it prints. Pure. */
import type { SubjectOf } from "@netwright/api";
import type { Milliseconds } from "@netwright/base";
import type { Topology } from "@netwright/lab";
import { hostFor } from "./nodes.ts";

export interface HttpAnswer {
  /** 0: none. */
  readonly status: number;
  /** `1.1` or `2`. */
  readonly version: string;
  /** Names in small letters; of the last answer. */
  readonly headers: ReadonlyMap<string, readonly string[]>;
  readonly body: string;
  /** PEM of the server's own; empty without TLS. */
  readonly certificate: string;
  readonly error: string;
}

/** Before what curl tells: a record separator and a word. It goes to the error output, for bodies may be long. */
export const bodyMark = "\u001enetwright\u001e";
const partMark = "\u001e";

export function curlArguments(
  spec: SubjectOf<"http">,
  topology: Topology,
  at: string,
  timeout: Milliseconds,
): readonly string[] {
  const { url, method, headers, send, family, insecure, version, redirects } = spec;
  const { hostname, port, protocol } = new URL(url);
  // URL puts addresses of IPv6 in brackets; those are nobody's name.
  const address = hostFor(topology, at, hostname, family);
  const resolved = `${hostname}:${port === "" ? (protocol === "https:" ? 443 : 80) : port}:[${address}]`;
  return [
    "curl",
    "--disable",
    "--silent",
    "--noproxy",
    "*",
    "--max-time",
    (timeout / 1000).toFixed(3),
    ...(method === "HEAD" ? ["--head"] : ["--request", method]),
    ...Object.entries(headers).flatMap(([name, value]) => ["--header", `${name}: ${value}`]),
    // --data-raw adds a Content-Type of forms, which a body of its own should not claim.
    ...(send === undefined ? [] : ["--data-raw", send]),
    ...(send === undefined || hasType(headers) ? [] : ["--header", "Content-Type: application/octet-stream"]),
    ...(family === undefined ? [] : [`-${family}`]),
    ...(insecure ? ["--insecure"] : []),
    ...(version === undefined
      ? []
      : [version === "2" ? (protocol === "http:" ? "--http2-prior-knowledge" : "--http2") : "--http1.1"]),
    ...(redirects ? ["--location", "--max-redirs", "10"] : []),
    ...(address === hostname ? [] : ["--resolve", resolved]),
    "--write-out",
    `%{stderr}${bodyMark}%{header_json}${partMark}%{certs}${partMark}%{json}`,
    "--",
    url,
  ];
}

const hasType = (headers: Readonly<Record<string, string>>): boolean =>
  Object.keys(headers).some((name) => name.toLowerCase() === "content-type");

/** @param said contains `bodyMark` */
export function parseCurl(body: string, said: string): HttpAnswer {
  const at = said.lastIndexOf(bodyMark);
  const [headers = "{}", certificates = "", facts = "{}"] = said.slice(at + bodyMark.length).split(partMark);
  const told = JSON.parse(facts) as { http_code?: number; http_version?: string; errormsg?: string | null };
  const [certificate = ""] = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/.exec(certificates) ?? [];
  return {
    status: told.http_code ?? 0,
    version: told.http_version ?? "",
    headers: new Map(
      Object.entries(JSON.parse(headers) as Record<string, string[]>).map(([name, values]) => [
        name.toLowerCase(),
        values,
      ]),
    ),
    body,
    certificate,
    error: told.errormsg ?? "no reason given",
  };
}
