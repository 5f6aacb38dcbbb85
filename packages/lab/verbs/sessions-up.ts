/** Whether the BGP sessions of a lab are up, as both ends of each tell. */
import type { Client } from "@netwright/api/client/client.ts";
import { NetwrightError } from "@netwright/base";
import { logPath } from "../record/paths.ts";
import { enter } from "../sandbox/enter.ts";
import type { Site } from "../sandbox/start-programs.ts";
import { missingSessions, sessionEnds, type SessionEnd } from "../topology/sessions.ts";

/** Ends of sessions that are not up. FRR is asked last: that takes a process. */
export async function sessionsDown(site: Site, client: Client): Promise<readonly SessionEnd[]> {
  const ends = sessionEnds(site.topology);
  const { sessions } = await client.topology();
  const established = sessions.filter(({ state }) => state === "Established");
  const ofAgents = missingSessions(
    ends.filter(({ told }) => told === "Agent"),
    established,
  );
  if (ofAgents.length > 0) return ofAgents;
  return downAtFrr(
    site,
    ends.filter(({ told }) => told === "Frr"),
  );
}

async function downAtFrr(site: Site, ends: readonly SessionEnd[]): Promise<readonly SessionEnd[]> {
  const found = await Promise.all(
    [...new Set(ends.map(({ from }) => from))].map(async (node) => {
      const up = await peersUp(site, node);
      return ends.filter(({ from, peerAddress }) => from === node && !up.has(String(peerAddress)));
    }),
  );
  return found.flat();
}

async function peersUp({ context, nodes }: Site, node: string): Promise<ReadonlySet<string>> {
  const pid = nodes[node]?.machine.pid ?? 0;
  const command = ["vtysh", "-d", "bgpd", "-c", "show bgp ipv6 unicast summary json"];
  const { code, stdout } = await context.runner.run(enter(pid, command));
  return code === 0 ? establishedPeers(stdout) : new Set();
}

/** Addresses of the peers that FRR's summary calls established. Pure. @param summary JSON; FRR that has no peer prints `{}` */
export function establishedPeers(summary: string): ReadonlySet<string> {
  const { peers = {} } = JSON.parse(summary) as { readonly peers?: Readonly<Record<string, { state?: string }>> };
  return new Set(Object.keys(peers).filter((address) => peers[address]?.state === "Established"));
}

/** An error that names the sessions that are not up, the first few of many. */
export function sessionsNotUp({ paths }: Site, down: readonly SessionEnd[]): NetwrightError {
  const names = down.slice(0, 5).map(({ from, to }) => `${from} to ${to}`);
  const more = down.length > names.length ? ` and ${down.length - names.length} more` : "";
  const [first] = down;
  const log = first === undefined ? paths.logs : logPath(paths, first.from, first.told === "Frr" ? "bgpd" : "agent");
  return new NetwrightError("NW1605", `BGP sessions that are not up: ${names.join(", ")}${more}`, {
    hint: `see ${log}`,
  });
}
