/** The part of a state that is one project's: what a plan may tell its people. */
import type { HostState } from "@netwright/contract";
import { groupsOf } from "../grouped-ledger.ts";
import type { Ledger } from "../ledger.ts";

/** Public addresses of a project, as hosts announce them. */
export const announcedBy = (project: string, ...ledgers: readonly Ledger[]): ReadonlySet<string> =>
  new Set(
    ledgers.flatMap((ledger) =>
      groupsOf(ledger)
        .all("Vip")
        .flatMap(([, vip]) => (vip.project === project ? [`${vip.address}/128`] : [])),
    ),
  );

/** Its networks and announcements; of the fabric, which serves everybody, nothing. */
function projectPart(state: HostState, project: string, announced: ReadonlySet<string>): HostState {
  const { volumes = [], ...rest } = state;
  const own = volumes.filter(({ id }) => id.startsWith(`${project}.`));
  return {
    ...rest,
    ...(own.length === 0 ? {} : { volumes: own }),
    networks: state.networks.filter((network) => network.project === project),
    underlay: { vtep: null, hostId: 0, tunnelPeers: [], externalInterfaces: [] },
    bgp: {
      ...state.bgp,
      loopbacks: [],
      underlay: [],
      pools: [],
      neighbors: [],
      announce: state.bgp.announce.filter((prefix) => announced.has(prefix)),
    },
  };
}

/** Of a node that is only on one side, no more than that is told: the other side is as if it had nothing of the project. */
export function projectParts(
  before: HostState | undefined,
  after: HostState | undefined,
  project: string,
  announced: ReadonlySet<string>,
): readonly [before: HostState | undefined, after: HostState | undefined] {
  const any = after ?? before;
  if (any === undefined) return [undefined, undefined];
  const nothing = projectPart({ ...any, networks: [], bgp: { ...any.bgp, announce: [] } }, project, announced);
  const part = (state: HostState | undefined): HostState =>
    state === undefined ? nothing : projectPart(state, project, announced);
  return [part(before), part(after)];
}
