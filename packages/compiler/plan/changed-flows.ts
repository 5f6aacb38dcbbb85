/** Which connections become possible or impossible, each with a packet that was sent through the model. */
import type { FlowChange } from "@netwright/api";
import type { HostState } from "@netwright/contract";
import { buildFabric, flowKey, flowsOf, type ClassName, type Fabric, type Flow } from "@netwright/model";
import { changedEgress } from "./changed-egress.ts";

/** Only networks in `vnis` are looked at. Opened first, then closed; each by name, those that lead outside last. */
export function changedFlows(
  before: Iterable<HostState>,
  after: Iterable<HostState>,
  vnis: ReadonlySet<number>,
): readonly FlowChange[] {
  const [then, now] = [buildFabric(only(before, vnis)), buildFabric(only(after, vnis))];
  const [old, next] = [flowsIn(then, vnis), flowsIn(now, vnis)];
  return [
    ...missing(next, old).map((flow) => changeOf("Opened", flow)),
    ...changedEgress("Opened", now, then, vnis),
    ...missing(old, next).map((flow) => changeOf("Closed", flow)),
    ...changedEgress("Closed", then, now, vnis),
  ];
}

/** A packet to one of these networks meets no other on its way. */
const only = (states: Iterable<HostState>, vnis: ReadonlySet<number>): readonly HostState[] =>
  Array.from(states, (state) => ({ ...state, networks: state.networks.filter(({ vni }) => vnis.has(vni)) }));

const flowsIn = (fabric: Fabric, vnis: ReadonlySet<number>): ReadonlyMap<string, Flow> =>
  new Map(flowsOf(fabric, vnis).map((flow) => [flowKey(flow), flow]));

function changeOf(
  change: FlowChange["change"],
  { from, to, protocol, port, listener, example, origin }: Flow,
): FlowChange {
  const { source, sourcePort, destination, destinationPort } = example;
  return {
    change,
    from: from === null ? "internet" : print(from),
    to: print(to),
    protocol,
    port: listener?.port ?? port,
    example: { source, sourcePort, destination, destinationPort, protocol },
    origin,
  };
}

const print = ({ project, service, tier }: ClassName): string =>
  project === "default" ? `${service}/${tier}` : `${project}/${service}/${tier}`;

const missing = (these: ReadonlyMap<string, Flow>, those: ReadonlyMap<string, Flow>): readonly Flow[] =>
  [...these].filter(([key]) => !those.has(key)).map(([, flow]) => flow);
