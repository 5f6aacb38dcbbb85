/** The server and the agents: programs that the lab starts without knowing them. Pure. */
import { NetwrightError } from "@netwright/base";
import type { LabPaths } from "../record/paths.ts";
import type { Topology, TopologyNode } from "../topology/topology.ts";
import type { NodeProgram } from "./program.ts";

/** How to start them: program and first arguments, `serve ...` and `run ...` follow. Absolute paths. */
export interface LabPrograms {
  readonly server: readonly [string, ...string[]];
  readonly agent: readonly [string, ...string[]];
}

export const serverPort = 7443;
/** Where a node finds what it was given; under the node's own /var/lib/netwright. */
export const givenFiles = { token: "agent.token", ca: "ca.pem", dnsKey: "dns.key" } as const;
const state = "/var/lib/netwright";

/** Of a hundred agents that start at once each would else get as much of the machine as the one that all wait for. */
const ahead = ["nice", "-n", "-10"] as const;

export const runsAgent = ({ managed }: TopologyNode): boolean => managed;

/** Null when the lab has no control node, and with it no agents. @throws NW1703 when it is on no switch. */
export function serverProgram(topology: Topology, paths: LabPaths, { server }: LabPrograms): NodeProgram | null {
  const control = topology.nodes.find(({ role }) => role === "Control");
  if (control === undefined) return null;
  const dns = topology.nodes.find(({ role }) => role === "NameServer")?.management ?? null;
  const names =
    dns === null
      ? []
      : [`--dns-server=${dns}`, `--dns-zone=${topology.zone}`, `--dns-key-file=${state}/${givenFiles.dnsKey}`];
  return {
    node: control.name,
    program: "server",
    command: [
      ...ahead,
      ...server,
      "serve",
      `--unix=${paths.socket}`,
      `--listen=[${managementOf(control)}]:${serverPort}`,
      `--state=${state}/server`,
      `--admin-token-file=${paths.token}`,
      ...names,
    ],
    ready: null,
  };
}

export function agentPrograms(topology: Topology, { agent }: LabPrograms): readonly NodeProgram[] {
  const control = topology.nodes.find(({ role }) => role === "Control");
  if (control === undefined) return [];
  const server = `https://[${managementOf(control)}]:${serverPort}`;
  return topology.nodes.filter(runsAgent).map(({ name }) => ({
    node: name,
    program: "agent",
    command: [
      ...agent,
      "run",
      `--server=${server}`,
      `--node=${name}`,
      `--token-file=${state}/${givenFiles.token}`,
      `--ca-file=${state}/${givenFiles.ca}`,
    ],
    ready: null,
  }));
}

function managementOf({ name, management }: TopologyNode): string {
  if (management !== null) return management;
  throw new NetwrightError("NW1703", `${name} is on no switch, so no agent can reach the server`, {
    hint: `link ${name} and the nodes with agents to a node with the role Switch`,
  });
}
