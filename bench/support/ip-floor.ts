/** The floor of wiring: `ip` in batches, as somebody would write it by hand for the same topology. */
import type { Topology, TopologyNode } from "@netwright/lab";
import { bridgeDevice } from "../../packages/lab/topology/topology.ts";
import { linkText, nodeStepText } from "../../packages/lab/wiring/ip-text.ts";
import { isSwitchOf, linkSteps, nodeSteps } from "../../packages/lab/wiring/steps.ts";
import { run } from "./shell.ts";

export interface Floor {
  readonly up: () => Promise<void>;
  readonly down: () => Promise<void>;
}

/** One `ip -batch` that makes all namespaces and links, one in each namespace at once, one that takes all away. */
export function ipFloor(topology: Topology): Floor {
  const names = topology.nodes.map(({ name }) => name);
  const isSwitch = isSwitchOf(topology);
  const batch = (command: string, lines: readonly string[], after = ""): string =>
    [`${command} <<'END'${after}`, ...lines, "END", ""].join("\n");
  const inside = (node: TopologyNode): readonly string[] => {
    const { before, after } = nodeSteps(node, isSwitch);
    const ports = isSwitch(node.name) ? node.ports : [];
    return [
      ...before.map(nodeStepText),
      ...ports.map((port) => `link set dev ${port.interface} master ${bridgeDevice} up`),
      ...after.map(nodeStepText),
    ];
  };
  const script = [
    "set -eu\n",
    batch("ip -batch -", [
      ...names.map((name) => `netns add ${name}`),
      ...linkSteps(topology).map((step) => linkText(step)),
    ]),
    ...topology.nodes.map((node) => batch(`ip -n ${node.name} -batch -`, inside(node), ` || echo failed &`)),
    "wait\n",
  ].join("");
  const ending = names.map((name) => `netns del ${name}\n`).join("");
  return {
    up: async () => {
      const failed = await run(["sh"], script);
      if (failed !== "") throw new RangeError(`Invariant: all is wired; ${failed}`);
    },
    down: async () => void (await run(["ip", "-batch", "-"], ending)),
  };
}
