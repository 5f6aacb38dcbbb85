/** Which connections become possible or impossible, each with a packet that was sent through the model. */
import type { FlowChange } from "@netwright/api";
import type { HostState } from "@netwright/contract";
import { buildFabric, flowKey, flowsOf, type ClassName, type Flow } from "@netwright/model";

/** Only networks in `vnis` are looked at. Opened first, then closed; each by name. */
export function changedFlows(
  before: Iterable<HostState>,
  after: Iterable<HostState>,
  vnis: ReadonlySet<number>,
): readonly FlowChange[] {
  const [then, now] = [before, after].map(
    (states) => new Map(flowsOf(buildFabric(states), vnis).map((flow) => [flowKey(flow), flow])),
  );
  return [
    ...only(now, then).map((flow) => changeOf("Opened", flow)),
    ...only(then, now).map((flow) => changeOf("Closed", flow)),
  ];
}

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

const only = (
  these: ReadonlyMap<string, Flow> = new Map(),
  those: ReadonlyMap<string, Flow> = new Map(),
): readonly Flow[] => [...these].filter(([key]) => !those.has(key)).map(([, flow]) => flow);
