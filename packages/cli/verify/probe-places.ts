/** Where connections are tried from: instances, by their agents; the internet of a lab; or this machine. */
import type { Client } from "@netwright/api";
import { NetwrightError, seconds } from "@netwright/base";
import type { Probe, ProbeResult, Runner } from "@netwright/contract";
import { findLab, runIn } from "@netwright/lab";
import type { TestCase } from "@netwright/prove/cases/case.ts";
import { nodeRunner } from "@netwright/system";
import { runProbes } from "@netwright/system/probing/run-probes.ts";
import { labOf, usesLab } from "../arguments/connection.ts";
import { labContext } from "../lab/context.ts";
import type { Invocation } from "../verb.ts";
import type { ProbeFrom } from "./run-cases.ts";
import { watchTargets, type WatchTargets } from "./watch-arrivals.ts";

/** A lost SYN is sent again after 1 s and 3 s. */
const patience = seconds(4);

export interface Places {
  readonly probe: ProbeFrom;
  readonly watch: WatchTargets;
  /** Whether there is a place in the internet. */
  readonly outside: boolean;
}

/** @param fromHere this machine is in the internet */
export async function probePlaces(invocation: Invocation, client: Client, fromHere: boolean): Promise<Places> {
  const outside = fromHere ? fromThisMachine(invocation.terminal.signal) : await fromLab(invocation);
  const probe: ProbeFrom = async (from, probes) => {
    if (probes.length === 0) return [];
    if (from !== "internet") return fromInstance(client, from, probes, invocation.terminal.signal);
    if (outside === undefined) throw new NetwrightError("NW1002", "no place in the internet is known");
    return outside(probes);
  };
  return { probe, watch: watchTargets(client, invocation.terminal.signal), outside: outside !== undefined };
}

async function fromInstance(
  client: Client,
  { project, instance: id }: Exclude<TestCase["from"], "internet">,
  probes: readonly Probe[],
  signal: AbortSignal,
): Promise<readonly ProbeResult[]> {
  const request = { probes: probes.map((each) => ({ ...each })), patience };
  const results: ProbeResult[] = [];
  for await (const result of client.probe<ProbeResult>({ project, id }, request, signal)) results.push(result);
  return results;
}

type Outside = (probes: readonly Probe[]) => Promise<readonly ProbeResult[]>;

const fromThisMachine =
  (signal: AbortSignal): Outside =>
  (probes) =>
    runProbes({ runner: nodeRunner, probes, patience, signal });

/** Undefined where no lab is asked, or it has nobody outside. */
async function fromLab(invocation: Invocation): Promise<Outside | undefined> {
  if (!usesLab(invocation)) return undefined;
  const { record } = await findLab(labContext, labOf(invocation));
  const node = record.topology.nodes.find(({ role }) => role === "Client")?.name;
  if (node === undefined) return undefined;
  const run: Runner["run"] = (command, { timeout } = {}) =>
    runIn(labContext, { lab: record.name, node, command, ...(timeout === undefined ? {} : { timeout }) });
  return (probes) => runProbes({ runner: { run }, probes, patience });
}
