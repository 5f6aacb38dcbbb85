/**
 * Whether what is sent over a lab's links arrives. The kernel's link watch tells devices and bridges of a carrier a moment after it
 * is there, on a busy machine seconds; until then nothing is sent, and nobody is told.
 */
import { readFileSync } from "node:fs";
import { milliseconds, NetwrightError, seconds } from "@netwright/base";
import type { Site } from "../sandbox/start-programs.ts";
import type { Topology } from "../topology/topology.ts";
import { waitUntil } from "../wait.ts";

interface End {
  readonly node: string;
  readonly device: string;
  readonly isOfSwitch: boolean;
}

/** BR_STATE_FORWARDING of linux/if_bridge.h. */
const forwarding = "3";

/** Pure. */
export const endsOf = ({ nodes }: Topology): readonly End[] =>
  nodes.flatMap(({ name, role, ports }) =>
    ports.map(({ interface: device }) => ({ node: name, device, isOfSwitch: role === "Switch" })),
  );

/** @throws NW1703 that names ends of links which do not forward */
export async function linksForward({ context, nodes, topology }: Site, signal?: AbortSignal): Promise<void> {
  let waiting = endsOf(topology);
  const allForward = async (): Promise<boolean> => {
    waiting = waiting.filter((end) => !forwards(nodes[end.node]?.machine.pid, end));
    return waiting.length === 0;
  };
  if (await waitUntil(context.clock, allForward, seconds(60), milliseconds(2), signal)) return;
  const names = waiting.slice(0, 5).map(({ node, device }) => `${node}:${device}`);
  throw new NetwrightError("NW1703", `links that do not forward: ${names.join(", ")}`, {
    hint: "ip -d link and bridge -d link at the node say what state they are in",
  });
}

function forwards(pid: number | undefined, { device, isOfSwitch }: End): boolean {
  const read = (name: string): string | undefined => fileOf(`/proc/${pid}/root/sys/class/net/${device}/${name}`);
  if (isOfSwitch) return read("brport/state") === forwarding;
  // Without a carrier there is nothing to wait for: somebody at the other end has set it down.
  return read("carrier") !== "1" || ["up", "unknown"].includes(read("operstate") ?? "");
}

/** Through /proc of the node's process 1: no process is started for it. */
function fileOf(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8").trim();
  } catch {
    // Of no bridge yet, or set down.
    return undefined;
  }
}
