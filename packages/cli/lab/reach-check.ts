/** In a lab the last word is the user's own: the provider has a route, and the page comes to a client in its internet. */
import { objectName, type Client } from "@netwright/api";
import { formatDuration, milliseconds, NetwrightError, seconds } from "@netwright/base";
import type { RunResult } from "@netwright/contract";
import { findLab, runIn, type LabRecord } from "@netwright/lab";
import { labOf, usesLab } from "../arguments/connection.ts";
import { labContext } from "./context.ts";
import { valueAt } from "../print/columns.ts";
import { stagePrinter } from "../print/stages.ts";
import type { Invocation } from "../verb.ts";

interface Listener {
  readonly hostname: string;
  readonly protocol: string;
  readonly port: number;
}

/** Each look is repeated until it succeeds or this is over: names and routes of others come a little later. */
// A resolver may go on giving out the address of an earlier service of the name for the record's TTL, 30 s.
const patience = seconds(45);
const pause = milliseconds(20);

/** Does nothing for a server that is not a lab's. @throws NW1508 with what the client or the provider saw last. */
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
  for (const service of (await client.list("Service")).items) {
    if (!services.includes(objectName(service))) continue;
    const addresses =
      (valueAt(service, "status.addresses") as readonly { readonly address: string }[] | undefined) ?? [];
    for (const { address } of addresses)
      if (provider !== undefined) await check(invocation, record, routeCheck(provider, address));
    const listeners = (valueAt(service, "spec.expose") as readonly Listener[] | undefined) ?? [];
    for (const listener of listeners)
      if (internet !== undefined && listener.protocol === "HTTPS")
        await check(invocation, record, pageCheck(internet, listener));
  }
}

interface Check {
  readonly stage: string;
  readonly node: string;
  readonly command: readonly string[];
  readonly passed: (result: RunResult) => boolean;
  readonly detail: string;
}

function routeCheck(provider: string, address: string): Check {
  return {
    stage: "routed",
    node: provider,
    command: ["ip", "-6", "-o", "route", "get", "fibmatch", address],
    // The default route is the provider's own way out, not a way to us.
    passed: ({ code, stdout }) => code === 0 && /^[0-9a-f:]+\/\d+ /.test(stdout),
    detail: `${provider} has a route to ${address}`,
  };
}

function pageCheck(node: string, { hostname, port }: Listener): Check {
  const url = `https://${hostname}${port === 443 ? "" : `:${port}`}/`;
  return {
    stage: "reached",
    node,
    command: ["curl", "--silent", "--show-error", "--noproxy", "*", "--max-time", "5", "--output", "/dev/null", url],
    passed: ({ code }) => code === 0,
    detail: `${url} answers ${node}`,
  };
}

async function check(
  { terminal }: Invocation,
  { name }: LabRecord,
  { stage, node, command, passed, detail }: Check,
): Promise<void> {
  const { clock, signal } = terminal;
  const printer = stagePrinter(terminal);
  printer.underWay(stage);
  const started = clock.monotonic();
  for (;;) {
    const result = await runIn(labContext, { lab: name, node, command });
    const took = milliseconds(clock.monotonic() - started);
    if (passed(result)) return printer.over(stage, detail, took);
    if (took > patience) {
      printer.clear();
      const seen = (result.stderr.trim() || result.stdout.trim()).split("\n")[0] ?? "";
      throw new NetwrightError("NW1508", `${node}: not after ${formatDuration(took)}: ${seen}`, {
        hint: `netwright lab exec ${node} -- ${command.join(" ")}`,
      });
    }
    await clock.sleep(pause, signal);
  }
}
