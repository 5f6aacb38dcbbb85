/** Whether the ports of a lab's switches forward: the kernel's link watch tells bridges of a carrier, a moment after it is there. */
import { readFileSync } from "node:fs";
import { milliseconds, NetwrightError, seconds } from "@netwright/base";
import type { Site } from "../sandbox/start-programs.ts";
import type { Topology } from "../topology/topology.ts";
import { waitUntil } from "../wait.ts";

interface SwitchPort {
  readonly node: string;
  readonly device: string;
}

/** BR_STATE_FORWARDING of linux/if_bridge.h. */
const forwarding = "3";

/** Pure. */
export const switchPorts = ({ nodes }: Topology): readonly SwitchPort[] =>
  nodes
    .filter(({ role }) => role === "Switch")
    .flatMap(({ name, ports }) => ports.map(({ interface: device }) => ({ node: name, device })));

/** What is sent before would be lost without a word. @throws NW1703 that names ports which do not forward */
export async function portsForward({ context, nodes, topology }: Site, signal?: AbortSignal): Promise<void> {
  let waiting = switchPorts(topology);
  const allForward = async (): Promise<boolean> => {
    waiting = waiting.filter(({ node, device }) => stateOf(nodes[node]?.machine.pid, device) !== forwarding);
    return waiting.length === 0;
  };
  if (await waitUntil(context.clock, allForward, seconds(60), milliseconds(2), signal)) return;
  const names = waiting.slice(0, 5).map(({ node, device }) => `${node}:${device}`);
  throw new NetwrightError("NW1703", `ports of switches that do not forward: ${names.join(", ")}`, {
    hint: "bridge -d link at the switch says what state they are in",
  });
}

/** Through /proc of the node's process 1: no process is started for it. */
function stateOf(pid: number | undefined, device: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/root/sys/class/net/${device}/brport/state`, "utf8").trim();
  } catch {
    // Of no bridge yet.
    return undefined;
  }
}
