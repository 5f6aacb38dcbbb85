/** A lab with a scenario on it: what runs there beside the steps, and what is remembered of it. */
import type { Client } from "@netwright/api";
import { milliseconds, type Milliseconds } from "@netwright/base";
import type {
  LabContext,
  LabPaths,
  LabRecord,
  NodeCommand,
  NodeRunResult,
  OutputListener,
  RunningCommand,
  Topology,
} from "@netwright/lab";
import { runInNode, startInNode } from "@netwright/lab";
import type { CheckWorld, Limit } from "../checks/look.ts";
import { addressesOf, firstAddress } from "../load/network.ts";
import type { RunningLoad } from "../loads/running-load.ts";
import type { BackgroundProgram } from "./background.ts";
import type { ActiveFaults } from "./faults.ts";
import { runHere, type HereCommand } from "./run-here.ts";

/** What stays the same for all runs on one lab. */
export interface Stage {
  readonly context: LabContext;
  readonly lab: string;
  readonly paths: LabPaths;
  readonly topology: Topology;
  /** What the lab itself runs. */
  readonly programs: LabRecord["programs"];
  /** Of the lab's server; undefined where it has none. */
  readonly client: () => Promise<Client | undefined>;
  /** The netwright command, for the lab's server. */
  readonly netwright: readonly [string, ...string[]];
  /** The program that sends a load's requests of HTTP, as nodes find it. */
  readonly loadGenerator: readonly [string, ...string[]];
}

/** What one run has under way. */
export interface Scene {
  readonly stage: Stage;
  readonly seed: number;
  /** Of the scenario's file. */
  readonly directory: string;
  /** What commands, programs and checks of the user's own find in their environment. */
  readonly env: Readonly<Record<string, string>>;
  readonly programs: BackgroundProgram[];
  readonly loads: RunningLoad[];
  /** So many of the programs were started by its set-up, or before. */
  ofSetup: number;
  readonly faults: ActiveFaults;
  /** When each step with a name began. */
  readonly begun: Map<string, Milliseconds>;
  readonly elapsed: () => Milliseconds;
  readonly evidencePath: (name: string) => string;
}

export const runAt = (
  { stage, env }: Scene,
  node: string,
  command: NodeCommand,
  { timeout, signal }: Limit,
): Promise<NodeRunResult> =>
  runInNode(stage.paths, node, { ...command, env: { ...env, ...command.env }, timeout, signal });

export const startAt = (
  { stage, env }: Scene,
  node: string,
  command: NodeCommand,
  on: OutputListener,
): RunningCommand => startInNode(stage.paths, node, { ...command, env: { ...env, ...command.env } }, on);

export function worldOf(scene: Scene): CheckWorld {
  const { stage } = scene;
  return {
    topology: stage.topology,
    clock: stage.context.clock,
    run: (node, command, limit) => runAt(scene, node, command, limit),
    start: (node, command, on) => startAt(scene, node, command, on),
    logOf: (program, node) => logOf(scene, program, node),
    load: (name) => scene.loads.find((load) => load.name === name),
    stepBegan: (name) => scene.begun.get(name),
    client: stage.client,
    runHere: (command, limit) => runHere(hereOf(scene, command), limit),
    keep: async (name, content) => {
      const path = scene.evidencePath(name);
      await stage.context.files.write(path, content);
      return path;
    },
  };
}

async function logOf({ stage, programs }: Scene, name: string, node: string | undefined): Promise<string | undefined> {
  const own = programs.filter((each) => each.name === name && (node === undefined || each.node === node));
  if (own.length > 0) return own.map((each) => each.output()).join("");
  return node === undefined ? undefined : stage.context.files.read(`${stage.paths.logs}/${node}.${name}.log`);
}

/** Beside the runner, with the scenario's environment and nothing of the user's but where programs are. */
function hereOf({ directory, env }: Scene, argv: readonly [string, ...string[]]): HereCommand {
  const { PATH = "/usr/sbin:/usr/bin:/sbin:/bin", HOME = "/", TERM = "dumb" } = process.env;
  return { argv, directory, env: { PATH, HOME, TERM, LANG: "C.UTF-8", ...env } };
}

/** `NETWRIGHT_LAB`, `NETWRIGHT_NODES`, `A_ADDRESS` for node a and so on: the topology, for programs in any language. */
export function sceneEnvironment(
  { lab, topology }: Pick<Stage, "lab" | "topology">,
  seed: number,
): Record<string, string> {
  const upper = (text: string): string => text.toUpperCase().replaceAll(/[^A-Z0-9]/g, "_");
  const addresses = topology.nodes.flatMap((node) =>
    node.ports.flatMap((port, index) => {
      const address = firstAddress(port);
      if (address === undefined) return [];
      const own = [`${upper(node.name)}_${upper(port.interface)}_ADDRESS`, address] as const;
      return index === 0 ? [[`${upper(node.name)}_ADDRESS`, address] as const, own] : [own];
    }),
  );
  return {
    NETWRIGHT_LAB: lab,
    NETWRIGHT_SEED: String(seed),
    NETWRIGHT_NODES: topology.nodes.map(({ name }) => name).join(" "),
    NETWRIGHT_TOPOLOGY: JSON.stringify({
      nodes: topology.nodes.map(({ name, role, ports }) => ({
        name,
        role,
        interfaces: ports.map((port) => ({
          name: port.interface,
          addresses: addressesOf(port),
          mac: port.mac,
          peer: port.peer.node,
        })),
      })),
      links: topology.links.map(({ name, ends }) => ({
        name,
        ends: ends.map((end) => `${end.node}:${end.interface}`),
      })),
    }),
    ...Object.fromEntries(addresses),
  };
}

export const since = (clock: { monotonic(): number }, start: number) => (): Milliseconds =>
  milliseconds(clock.monotonic() - start);
