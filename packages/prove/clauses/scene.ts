/** Attempts to packets that are sent through the model: what a counterexample shows. */
import type { Counterexample, ExamplePacket, Origin } from "@netwright/api";
import type { Ipv6 } from "@netwright/base";
import type { HostState } from "@netwright/contract";
import {
  buildFabric,
  exampleClient,
  portsToMembers,
  send,
  type Fabric,
  type Packet,
  type Trace,
} from "@netwright/model";
import type { Attempt, Entering } from "../classes/edge.ts";
import type { Local } from "../classes/network.ts";
import { originKey } from "../classes/policy-edges.ts";
import type { Port } from "./declared-ports.ts";

/** First of the ports that clients use in examples. */
const examplePort = 40_000;

/** Where attempts are made. */
export interface Scene {
  /** All nodes, by name; without those that are lost. */
  readonly nodes: ReadonlyMap<string, HostState>;
  /** The whole state that a part of a network was taken from. */
  readonly hostOf: (local: Local) => HostState;
  /** Networks that matter; undefined: all of them. */
  readonly vnis: ReadonlySet<number> | undefined;
}

export interface Shown {
  readonly packet: Packet;
  readonly trace: Trace;
}

export function show(scene: Scene, attempt: Attempt, at: Port): Shown {
  const packet = packetOf(attempt, at);
  const trace = send(fabricOf(scene, attempt), packet, enteringOf(attempt)?.node);
  return { packet, trace };
}

export const exampleOf = ({ source, sourcePort, destination, destinationPort, protocol }: Packet): ExamplePacket => ({
  source,
  sourcePort,
  destination,
  destinationPort,
  protocol,
});

/** Rules on the way, each once. */
export const rulesOn = (path: Counterexample["path"]): readonly Origin[] => [
  ...new Map(path.flatMap(({ rule }) => (rule === undefined ? [] : [[originKey(rule), rule] as const]))).values(),
];

export const pathOf = ({ hops }: Trace): Counterexample["path"] => hops.map((hop) => ({ ...hop, findings: [] }));

function packetOf(attempt: Attempt, { protocol, port }: Port): Packet {
  const ports = { protocol, sourcePort: examplePort, destinationPort: port };
  switch (attempt.kind) {
    case "Inside":
      return {
        from: { project: attempt.from.state.project, instance: attempt.source.id },
        source: attempt.source.address,
        destination: attempt.target.address,
        ...ports,
      };
    case "Public":
      return {
        from: "internet",
        source: exampleClient,
        destination: attempt.destination,
        ...ports,
        sourcePort: portTo(attempt, exampleClient),
      };
    case "Egress": {
      const { from, source, destination, name, again } = attempt;
      const packet = {
        from: { project: from.state.project, instance: source.id },
        source: source.address,
        destination,
      };
      const sourcePort = again === undefined ? examplePort : portTo(again, again.as);
      return { ...packet, ...ports, sourcePort, ...(name === undefined ? {} : { name }) };
    }
  }
}

/** One at which a load balancer picks the member. */
function portTo({ listener, member }: Entering, client: Ipv6): number {
  if (listener === undefined || member === undefined) return examplePort;
  return portsToMembers(listener.listener, client, examplePort).get(member.member.instance) ?? examplePort;
}

/** Undefined where nothing comes from outside. */
function enteringOf(attempt: Attempt): Entering | undefined {
  if (attempt.kind === "Inside") return undefined;
  return attempt.kind === "Public" ? attempt : attempt.again;
}

function fabricOf({ nodes, hostOf, vnis }: Scene, attempt: Attempt): Fabric {
  const changed = new Map(localsOf(attempt).map((local) => [local.node, hostOf(local)]));
  const states = [...nodes.values()].map((state) => changed.get(state.node) ?? state);
  if (vnis === undefined) return buildFabric(states);
  const part = ({ networks, ...rest }: HostState): HostState => ({
    ...rest,
    networks: networks.filter(({ vni }) => vnis.has(vni)),
  });
  return buildFabric(states.map(part));
}

function localsOf(attempt: Attempt): readonly Local[] {
  if (attempt.kind === "Inside") return [attempt.from, attempt.to];
  const entering = enteringOf(attempt);
  const from = attempt.kind === "Egress" ? attempt.from : undefined;
  return [from, entering?.listener?.local, entering?.member?.local].filter((local) => local !== undefined);
}
