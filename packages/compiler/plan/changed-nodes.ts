/** What hosts and routers gain, lose and change, line by line. */
import type { NodeChange } from "@netwright/api";
import { equal } from "@netwright/base";
import type { HostState } from "@netwright/contract";
import type { NamePair } from "./class-names.ts";
import { describeNode, type Fact } from "./describe-node.ts";

type Line = NodeChange["lines"][number];

/** Undefined when no line differs. */
export function changedNode(
  before: HostState | undefined,
  after: HostState | undefined,
  names: NamePair,
): NodeChange | undefined {
  const state = after ?? before;
  if (state === undefined) return undefined;
  const lines = changedLines(
    before === undefined ? [] : describeNode(differing(before, after), names),
    after === undefined ? [] : describeNode(differing(after, before), names),
  );
  return lines.length === 0 ? undefined : { node: state.node, role: state.role, lines };
}

/** Without what has as many lines as the site has hosts, where that is the same on the other side. */
function differing(state: HostState, other: HostState | undefined): HostState {
  if (other === undefined) return state;
  const others = new Map(other.networks.map((network) => [network.vni, network]));
  const networks = state.networks.filter((network) => !equal(network, others.get(network.vni)));
  const underlay = equal(state.underlay, other.underlay) ? noUnderlay : state.underlay;
  return { ...state, networks, underlay };
}

const noUnderlay: HostState["underlay"] = { vtep: null, hostId: 0, tunnelPeers: [], externalInterfaces: [] };

/** What goes comes first: it names what the rest takes the place of. */
function changedLines(before: readonly Fact[], after: readonly Fact[]): readonly Line[] {
  const then = new Map(before.map((each) => [each.key, each]));
  const now = new Set(after.map(({ key }) => key));
  const gone = before.filter(({ key }) => !now.has(key)).map(({ text }): Line => ({ change: "-", text }));
  const rest = after.flatMap((each): Line[] => {
    const old = then.get(each.key);
    if (old === undefined) return [{ change: "+", text: each.text }];
    return old.text === each.text && equal(old.body, each.body) ? [] : [{ change: "~", text: each.text }];
  });
  return [...gone, ...rest];
}
