/** HAProxy's configuration of one instance. Pure. */
import { createHash } from "node:crypto";
import { NetwrightError } from "@netwright/base";
import type { BackendTls, ProxyBackend, ProxyChallenge, ProxyListener, ProxyRun } from "@netwright/contract";
import { latencyMap, latencyRules, latencySection } from "./latency.ts";
import type { ProxyLayout } from "./layout.ts";
import { anchorBackend } from "./parse.ts";
import { checkOptions, serverAddress, serverOptions, tlsOptions } from "./server-options.ts";
import type { ProxyInstance } from "./want.ts";

export interface RenderedFile {
  readonly path: string;
  readonly content: string;
  readonly mode: number;
}

export interface RenderedProxy {
  /** Digest of all that HAProxy can only take over by a reload. The running process shows it as its description. */
  readonly structure: string;
  /** Configuration, list of certificates, certificates that were delivered. */
  readonly files: readonly RenderedFile[];
}

export function render(instance: ProxyInstance, layout: ProxyLayout): RenderedProxy {
  const { run, pems } = instance;
  const certificateList = renderCertificateList(run, layout);
  const empty = { ...run, backends: run.backends.map((backend) => ({ ...backend, members: [] })) };
  const structure = digest(configText(empty, layout, "") + certificateList);
  return {
    structure,
    files: [
      ...run.certificates.flatMap(({ name }) => {
        const content = pems.get(name);
        return content === undefined ? [] : [{ path: layout.certificate(word(name)), content, mode: 0o600 }];
      }),
      ...tlsOf(run).map(({ authority }) => ({ path: layout.authority(authority), content: authority, mode: 0o644 })),
      { path: layout.certificateList, content: certificateList, mode: 0o644 },
      { path: layout.challenges, content: challengeLines(run), mode: 0o644 },
      ...(run.backends.length === 0 ? [] : [{ path: layout.latencies, content: latencyMap(), mode: 0o644 }]),
      { path: layout.config, content: configText(run, layout, structure), mode: 0o644 },
    ],
  };
}

const digest = (text: string): string => createHash("sha256").update(text).digest("hex").slice(0, 16);

function configText(run: ProxyRun, layout: ProxyLayout, structure: string): string {
  const sections = [
    globalSection(layout, structure),
    defaultsSection,
    ...ports(run.listeners).map((listeners) => frontend(listeners, layout)),
    ...run.backends.map((backend) => backendSection(backend, run.listeners, layout)),
    ...anchorSection(run, layout),
    ...(run.backends.length === 0 ? [] : [latencySection]),
  ];
  return `${sections.join("\n\n")}\n`;
}

// Mozilla's "intermediate" without DHE: what it is for are clients without elliptic curves, and there are none with TLS 1.2
// and AEAD. Session tickets stay off: their key would live as long as the process, and decrypt what was recorded before.
const ciphers = ["AES128-GCM-SHA256", "AES256-GCM-SHA384", "CHACHA20-POLY1305"]
  .flatMap((cipher) => [`ECDHE-ECDSA-${cipher}`, `ECDHE-RSA-${cipher}`])
  .join(":");
const ciphersuites = "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256";

function globalSection(layout: ProxyLayout, structure: string): string {
  return `# Written by Netwright. Changes are overwritten.
global
    description ${structure === "" ? "none" : structure}
    user haproxy
    group haproxy
    chroot /var/lib/haproxy
    stats socket ${layout.socket} mode 600 level admin expose-fd listeners
    log stderr format raw local0 notice
    maxconn 4000
    nbthread 1
    spread-checks 10
    hard-stop-after 30m
    ssl-default-bind-options ssl-min-ver TLSv1.2 no-tls-tickets
    ssl-default-bind-ciphers ${ciphers}
    ssl-default-bind-ciphersuites ${ciphersuites}`;
}

// A refused or silent member is tried again elsewhere at once; requests that may not be repeated only when the
// connection itself failed.
const defaultsSection = `defaults
    mode http
    log global
    option httplog
    option dontlog-normal
    option log-separate-errors
    balance leastconn
    retries 3
    option redispatch 1
    retry-on conn-failure empty-response
    http-reuse safe
    timeout connect 200ms
    timeout client 30s
    timeout server 60s
    timeout queue 10s
    timeout http-request 10s
    timeout http-keep-alive 30s
    timeout tunnel 1h`;

/** Listeners grouped by port, ascending: one socket serves every hostname of a port. */
function ports(listeners: readonly ProxyListener[]): readonly (readonly ProxyListener[])[] {
  const groups = Map.groupBy(listeners, ({ port }) => port);
  return [...groups].toSorted(([a], [b]) => a - b).map(([, group]) => group);
}

function frontend(listeners: readonly ProxyListener[], layout: ProxyLayout): string {
  const [first] = listeners;
  if (first === undefined || listeners.some(({ kind }) => (kind === "Https") !== (first.kind === "Https"))) {
    throw new NetwrightError("NW1302", `port ${first?.port} is asked for with TLS and without`);
  }
  const bind = `    bind :::${first.port} v6only`;
  const hostnames = listeners.map(({ hostname }) => word(hostname)).join(" ");
  // 421 Misdirected Request (RFC 9110 section 15.5.20).
  const unknown = `    http-request return status 421 unless { req.hdr(host),host_only,lower -m str ${hostnames} }`;
  const { tls, rules } =
    first.kind === "Https"
      ? httpsLines(listeners, layout)
      : { tls: "", rules: listeners.flatMap((listener) => plainLine(listener) ?? []) };
  const asked = first.kind === "Https" ? [] : [challengeRule(layout)];
  return [`frontend port${first.port}`, bind + tls, ...asked, unknown, ...rules].join("\n");
}

/** RFC 8555 section 8.3. The map changes over the runtime API, in all proxies before the authority is told to look. */
function challengeRule({ challenges }: ProxyLayout): string {
  const known = `{ path,map_str(${challenges}) -m found }`;
  return `    http-request return status 200 content-type application/octet-stream lf-string %[path,map_str(${challenges})] if ${known}`;
}

function challengeLines({ challenges = [] }: ProxyRun): string {
  return challenges.map((challenge) => `${challengePath(challenge)} ${word(challenge.answer)}\n`).join("");
}

/** The path that an authority asks for. */
export const challengePath = ({ token }: ProxyChallenge): string => `/.well-known/acme-challenge/${word(token)}`;

function httpsLines(listeners: readonly ProxyListener[], layout: ProxyLayout): { tls: string; rules: string[] } {
  return {
    tls: ` ssl crt-list ${layout.certificateList} alpn h2,http/1.1`,
    rules: [
      "    http-request disable-l7-retry unless { method GET HEAD OPTIONS }",
      // What the client says about itself is not believed.
      ...["forwarded", "x-forwarded-host", "x-forwarded-port", "x-real-ip"].map(
        (name) => `    http-request del-header ${name}`,
      ),
      "    http-request set-header x-forwarded-for %[src]",
      "    http-request set-header x-forwarded-proto https",
      ...strictTransport(listeners),
      ...listeners.flatMap((listener) =>
        listener.kind === "Https" ? [`    use_backend ${word(listener.backend)} if ${hostIs(listener.hostname)}`] : [],
      ),
    ],
  };
}

const hostIs = (hostname: string): string => `{ req.hdr(host),host_only,lower -m str ${word(hostname)} }`;

/** The variable is there still when the answer comes back, the request's host is not. A server's own word about it stands. */
function strictTransport(listeners: readonly ProxyListener[]): readonly string[] {
  const ages = listeners.flatMap((listener) =>
    listener.kind === "Https" && listener.hsts !== undefined
      ? [`    http-request set-var(txn.hsts) int(${listener.hsts}) if ${hostIs(listener.hostname)}`]
      : [],
  );
  if (ages.length === 0) return [];
  const unsaid = "{ var(txn.hsts) -m found } !{ res.hdr(strict-transport-security) -m found }";
  return [
    ...ages,
    `    http-after-response set-header strict-transport-security max-age=%[var(txn.hsts)] if ${unsaid}`,
  ];
}

/** Who does not redirect says so: nothing is there but answers to authorities. */
function plainLine(listener: ProxyListener): string | undefined {
  if (listener.kind === "Plain") return `    http-request return status 404 if ${hostIs(listener.hostname)}`;
  if (listener.kind === "Https") return undefined;
  const port = listener.httpsPort === 443 ? "" : `:${listener.httpsPort}`;
  const host = word(listener.hostname);
  return `    http-request redirect prefix https://${host}${port} code 308 if ${hostIs(host)}`;
}

/** What backends show and believe; each once. */
const tlsOf = ({ backends }: ProxyRun): readonly BackendTls[] => [
  ...new Map(backends.flatMap(({ tls }) => (tls === undefined ? [] : [[JSON.stringify(tls), tls] as const]))).values(),
];

/** A server added at run time may only name files that were loaded when HAProxy started. */
function anchorSection(run: ProxyRun, layout: ProxyLayout): readonly string[] {
  const servers = tlsOf(run).map(
    (tls, index) => `    server ${index + 1} [::1]:1 ${tlsOptions({ ...tls, name: word(tls.name) }, layout)} disabled`,
  );
  return servers.length === 0 ? [] : [[`backend ${anchorBackend}`, ...servers].join("\n")];
}

function backendSection(backend: ProxyBackend, listeners: readonly ProxyListener[], layout: ProxyLayout): string {
  const { health } = backend;
  const host = listeners.find((listener) => listener.kind === "Https" && listener.backend === backend.name)?.hostname;
  const checks =
    health === null || health.kind === "Tcp"
      ? []
      : [
          "    option httpchk",
          `    http-check send meth GET uri ${quoted(health.path)} ver HTTP/1.1 hdr host ${word(health.host ?? host ?? "localhost")} hdr connection close`,
          `    http-check expect status ${codes(health.codes)}`,
        ];
  const servers = backend.members.map(({ tls, ...member }) => {
    const known = { ...member, backend: backend.name, tls: tls === true ? backend.tls : undefined };
    return `    server ${word(member.instance)} ${serverAddress(known)} ${serverOptions(known, health, layout)}`;
  });
  // A server's own words cannot be changed while it is there: other ones are another structure.
  const pace = `    # checks: ${checkOptions(health)}`;
  return [
    `backend ${word(backend.name)}`,
    ...checks,
    `    timeout check ${health?.timeout ?? 2000}`,
    pace,
    ...latencyRules(layout),
    ...servers,
  ].join("\n");
}

/** Manifests were validated; this guards the engine all the same. */
function codes(text = "200-399"): string {
  if (!/^[1-5]\d\d(-[1-5]\d\d)?(,[1-5]\d\d(-[1-5]\d\d)?)*$/.test(text))
    throw new NetwrightError("NW1203", `${JSON.stringify(text)} are no status codes`);
  return text;
}

function renderCertificateList(run: ProxyRun, layout: ProxyLayout): string {
  const lines = run.listeners.flatMap((listener) =>
    listener.kind === "Https" ? [`${layout.certificate(word(listener.certificate))} ${word(listener.hostname)}\n`] : [],
  );
  return [...new Set(lines)].join("");
}

/** A name that HAProxy reads as one plain word. Manifests were validated; this guards the engine all the same. */
function word(text: string): string {
  if (!/^[A-Za-z0-9._-]+$/.test(text))
    throw new NetwrightError("NW1203", `${JSON.stringify(text)} cannot be a name here`);
  return text;
}

/** Strong quotes keep everything but themselves and line ends. */
function quoted(text: string): string {
  if (/['\p{Cc}]/u.test(text))
    throw new NetwrightError("NW1203", `${JSON.stringify(text)} cannot be the path of a health check`);
  return `'${text}'`;
}
