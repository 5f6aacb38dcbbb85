/** The world around a site, as far as somebody there can be asked: a client of the lab, or the machine that one is at. */
import { formatIpv6, ipv6Value, seconds, type Ipv6 } from "@netwright/base";
import type { Probe, ProbeResult, Runner } from "@netwright/contract";
import { findLab, runIn } from "@netwright/lab";
import { nodeRunner } from "@netwright/system";
import { runProbes } from "@netwright/system/probing/run-probes.ts";
import { labOf, usesLab } from "../arguments/connection.ts";
import { labContext } from "../lab/context.ts";
import type { Invocation } from "../verb.ts";

/** A lost SYN is sent again after 1 s and 3 s. */
export const patience = seconds(4);

export interface OutsidePlace {
  readonly probe: (probes: readonly Probe[]) => Promise<readonly ProbeResult[]>;
  /** That its packets to there come from; undefined where it has no way there. */
  readonly addressTowards: (destination: Ipv6) => Promise<Ipv6 | undefined>;
  /** Where every port is answered, be it by a refusal. */
  readonly answering: readonly Ipv6[];
}

/** @param fromHere this machine is in the internet. @returns undefined where nobody is known */
export async function outsidePlace(invocation: Invocation, fromHere: boolean): Promise<OutsidePlace | undefined> {
  // What a stranger's firewall keeps to itself is nobody's to say: nobody counts as answering.
  if (fromHere) return { ...placeOf(nodeRunner, invocation.terminal.signal), answering: [] };
  if (!usesLab(invocation)) return undefined;
  const { record } = await findLab(labContext, labOf(invocation));
  const clients = record.topology.nodes.filter(({ role }) => role === "Client");
  const [first] = clients;
  if (first === undefined) return undefined;
  const run: Runner["run"] = (command, { timeout } = {}) =>
    runIn(labContext, {
      lab: record.name,
      node: first.name,
      command,
      ...(timeout === undefined ? {} : { timeout }),
    });
  const answering = clients.flatMap(({ ports }) => ports.flatMap(({ address }) => address ?? []));
  return { ...placeOf({ run }, invocation.terminal.signal), answering };
}

const placeOf = (runner: Pick<Runner, "run">, signal: AbortSignal): Omit<OutsidePlace, "answering"> => ({
  probe: (probes) => runProbes({ runner, probes, patience, signal }),
  addressTowards: async (destination) => {
    const { code, stdout } = await runner.run(["ip", "-6", "-o", "route", "get", destination]);
    return code === 0 ? sourceIn(stdout) : undefined;
  },
});

/** @param route one line of `ip -o route get` */
export function sourceIn(route: string): Ipv6 | undefined {
  const source = ipv6Value(/ src (\S+)/.exec(route)?.[1] ?? "");
  return source === undefined ? undefined : formatIpv6(source);
}
