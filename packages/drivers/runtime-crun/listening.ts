/** The sockets of a workload, read from /proc/PID/net of a process in its network namespace. */
import type { Files, Protocol } from "@netwright/contract";

/** TCP_ESTABLISHED, TCP_LISTEN and, for bound UDP sockets, TCP_CLOSE (include/net/tcp_states.h). */
const established = "01";
const listeningState = { tcp: "0A", udp: "07" } as const;

type Ports = readonly { readonly protocol: Protocol; readonly port: number }[];

export interface Sockets {
  /** There is a listening socket for each port, IPv6 or IPv4. */
  readonly listening: boolean;
  /** Established at these ports; null where one of them is UDP, which has no connections. */
  readonly connections: number | null;
}

export async function readSockets(files: Files, pid: number, ports: Ports): Promise<Sockets> {
  const protocols = [...new Set(ports.map(({ protocol }) => protocol))];
  const open = new Set<string>();
  let connections = 0;
  for (const protocol of protocols) {
    for (const table of [`${protocol}6`, protocol]) {
      const text = (await files.read(`/proc/${pid}/net/${table}`).catch(() => undefined)) ?? "";
      for (const port of localPorts(text, listeningState[protocol])) open.add(`${protocol}/${port}`);
      const wanted = new Set(ports.filter((each) => each.protocol === protocol).map(({ port }) => port));
      connections += localPorts(text, established).filter((port) => wanted.has(port)).length;
    }
  }
  return {
    listening: ports.every(({ protocol, port }) => open.has(`${protocol}/${port}`)),
    connections: protocols.includes("udp") ? null : connections,
  };
}

export const isListening = async (files: Files, pid: number, ports: Ports): Promise<boolean> =>
  (await readSockets(files, pid, ports)).listening;

export const listeningPorts = (table: string, protocol: Protocol): readonly number[] =>
  localPorts(table, listeningState[protocol]);

/** Local ports of the table's sockets in one state (proc_net_tcp: `sl local rem st ...`). Pure. */
function localPorts(table: string, state: string): readonly number[] {
  return table
    .split("\n")
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields[3] === state)
    .map((fields) => parseInt(fields[1]?.split(":")[1] ?? "", 16));
}
