/** In a lab the last word is the user's own: the provider has a route, and a client in its internet gets through. */
import { objectName, type Client } from "@netwright/api";
import { formatDuration, milliseconds, NetwrightError, seconds, type Milliseconds } from "@netwright/base";
import type { RunResult } from "@netwright/contract";
import { findLab, runIn, type LabRecord } from "@netwright/lab";
import { labOf, usesLab } from "../arguments/connection.ts";
import { timeoutOf } from "../arguments/durations.ts";
import { labContext } from "./context.ts";
import { valueAt } from "../print/columns.ts";
import { stagePrinter } from "../print/stages.ts";
import type { Invocation } from "../verb.ts";

interface Listener {
  readonly hostname: string;
  readonly protocol: "HTTPS" | "TCP" | "UDP";
  readonly port: number;
  /** Who signed for it, where that is not the authority whose root a lab's clients have. */
  readonly stranger?: string | undefined;
}

interface Certificate {
  readonly hostname: string;
  /** Empty: the built-in authority. */
  readonly issuer: string;
  /** The Secret that it is from. */
  readonly secret?: string;
}

/** One look may take that long, as far as the command has so much time left. */
const longestLook = seconds(5);
const pause = milliseconds(20);

/**
 * Each look is repeated until it succeeds or the command's `--timeout` is over: names and routes of others come a little
 * later. Does nothing for a server that is not a lab's. @throws NW1508 with what the client or the provider saw last.
 */
export async function checkFromInternet(
  invocation: Invocation,
  client: Client,
  services: readonly string[],
): Promise<void> {
  if (!usesLab(invocation)) return;
  const { record } = await findLab(labContext, labOf(invocation));
  const [internet, provider] = (["Client", "Provider"] as const).map(
    (role) => record.topology.nodes.find((node) => node.role === role)?.name,
  );
  const deadline = milliseconds(invocation.terminal.clock.monotonic() + timeoutOf(invocation.options));
  const pass = (check: Check): Promise<void> => passBefore(deadline, invocation, record, check);
  for (const service of (await client.list("Service")).items) {
    if (!services.includes(objectName(service))) continue;
    const addresses =
      (valueAt(service, "status.addresses") as readonly { readonly address: string }[] | undefined) ?? [];
    for (const { address } of addresses) if (provider !== undefined) await pass(routeCheck(provider, address));
    const listeners = (valueAt(service, "spec.expose") as readonly Listener[] | undefined) ?? [];
    const certificates = (valueAt(service, "status.certificates") as readonly Certificate[] | undefined) ?? [];
    for (const listener of listeners) {
      const { issuer = "", secret } = certificates.find(({ hostname }) => hostname === listener.hostname) ?? {};
      const stranger =
        secret === undefined ? (issuer === "" ? undefined : `what ${issuer} signed`) : `secret/${secret}`;
      if (internet !== undefined) await pass(checkOf[listener.protocol](internet, { ...listener, stranger }));
    }
  }
}

interface Check {
  readonly stage: string;
  readonly node: string;
  readonly command: (limit: Milliseconds) => readonly string[];
  readonly passed: (result: RunResult) => boolean;
  readonly detail: string;
}

function routeCheck(provider: string, address: string): Check {
  return {
    stage: "routed",
    node: provider,
    command: () => ["ip", "-6", "-o", "route", "get", "fibmatch", address],
    // The default route is the provider's own way out, not a way to us.
    passed: ({ code, stdout }) => code === 0 && /^[0-9a-f:]+\/\d+ /.test(stdout),
    detail: `${provider} has a route to ${address}`,
  };
}

/** `bash` opens such a path itself; its status is 1 when the kernel refuses. */
const opened = (protocol: "tcp" | "udp", { hostname, port }: Listener): string =>
  `/dev/${protocol}/${hostname}/${port}`;
const inSeconds = (limit: Milliseconds): string => (limit / 1000).toFixed(3);

const checkOf: Readonly<Record<Listener["protocol"], (node: string, listener: Listener) => Check>> = {
  HTTPS(node, { hostname, port, stranger }) {
    const url = `https://${hostname}${port === 443 ? "" : `:${port}`}/`;
    const quiet = ["--silent", "--show-error", "--noproxy", "*", "--output", "/dev/null"];
    const trust = stranger === undefined ? [] : ["--insecure"];
    return {
      stage: "reached",
      node,
      command: (limit) => ["curl", ...quiet, ...trust, "--max-time", inSeconds(limit), url],
      passed: ({ code }) => code === 0,
      detail: `${url} answers ${node}${stranger === undefined ? "" : `, which does not verify ${stranger}`}`,
    };
  },
  TCP: (node, listener) => ({
    stage: "reached",
    node,
    command: (limit) => ["timeout", inSeconds(limit), "bash", "-c", `exec 3<>${opened("tcp", listener)}`],
    passed: ({ code }) => code === 0,
    detail: `${listener.hostname}:${listener.port} takes connections of ${node}`,
  }),
  /** Nobody need answer a datagram: it fails when the name is unknown or somebody on the way or at the end says no. */
  UDP: (node, listener) => ({
    stage: "sent",
    node,
    command: () => [
      "bash",
      "-c",
      `exec 3<>${opened("udp", listener)} && echo >&3 && { read -r -t 0.2 -u 3; [ $? -ne 1 ]; }`,
    ],
    passed: ({ code }) => code === 0,
    detail: `nobody refuses datagrams of ${node} to ${listener.hostname}:${listener.port}`,
  }),
};

/** For a shell. */
const quoted = (word: string): string => (/^[\w./:=@%+,-]+$/.test(word) ? word : `'${word}'`);

async function passBefore(
  deadline: Milliseconds,
  { terminal }: Invocation,
  { name }: LabRecord,
  { stage, node, command, passed, detail }: Check,
): Promise<void> {
  const { clock, signal } = terminal;
  const printer = stagePrinter(terminal);
  printer.underWay(stage);
  const started = clock.monotonic();
  for (;;) {
    const left = deadline - clock.monotonic();
    const limit = milliseconds(Math.max(1, Math.min(longestLook, left)));
    const result = await runIn(labContext, { lab: name, node, command: command(limit) });
    const took = milliseconds(clock.monotonic() - started);
    if (passed(result)) return printer.over(stage, detail, took);
    if (clock.monotonic() > deadline) {
      printer.clear();
      const seen = (result.stderr.trim() || result.stdout.trim()).split("\n")[0] ?? "";
      throw new NetwrightError("NW1508", `${node}: not after ${formatDuration(took)}: ${seen}`, {
        hint: `netwright lab exec ${node} -- ${command(longestLook).map(quoted).join(" ")}`,
      });
    }
    await clock.sleep(pause, signal);
  }
}
