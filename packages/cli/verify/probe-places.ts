/** Where connections are tried from: instances, by their agents; the internet of a lab; or this machine. */
import type { Client } from "@netwright/api";
import { NetwrightError } from "@netwright/base";
import type { Probe, ProbeResult } from "@netwright/contract";
import type { TestCase } from "@netwright/prove/cases/case.ts";
import type { Invocation } from "../verb.ts";
import { outsidePlace, patience, type OutsidePlace } from "./outside-place.ts";
import type { ProbeFrom } from "./run-cases.ts";
import { watchTargets, type WatchTargets } from "./watch-arrivals.ts";

export interface Places {
  readonly probe: ProbeFrom;
  readonly watch: WatchTargets;
  /** Undefined where nobody in the internet is known. */
  readonly outside: OutsidePlace | undefined;
}

/** @param fromHere this machine is in the internet */
export async function probePlaces(invocation: Invocation, client: Client, fromHere: boolean): Promise<Places> {
  const outside = await outsidePlace(invocation, fromHere);
  const probe: ProbeFrom = async (from, probes) => {
    if (probes.length === 0) return [];
    if (from !== "internet") return fromInstance(client, from, probes, invocation.terminal.signal);
    if (outside === undefined) throw new NetwrightError("NW1002", "no place in the internet is known");
    return outside.probe(probes);
  };
  return { probe, watch: watchTargets(client, invocation.terminal.signal), outside };
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
