/** Whether sockets listen in a process's network namespace, read from /proc/PID/net. */
import type { Files, Protocol } from "@netwright/contract";

/** TCP_LISTEN and, for bound UDP sockets, TCP_CLOSE (include/net/tcp_states.h). */
const listeningState = { tcp: "0A", udp: "07" } as const;

/** True when there is a listening socket for each port, IPv6 or IPv4. */
export async function isListening(
  files: Files,
  pid: number,
  ports: readonly { readonly protocol: Protocol; readonly port: number }[],
): Promise<boolean> {
  const protocols = [...new Set(ports.map(({ protocol }) => protocol))];
  const open = new Set<string>();
  for (const protocol of protocols) {
    for (const table of [`${protocol}6`, protocol]) {
      const text = await files.read(`/proc/${pid}/net/${table}`).catch(() => undefined);
      for (const port of listeningPorts(text ?? "", protocol)) open.add(`${protocol}/${port}`);
    }
  }
  return ports.every(({ protocol, port }) => open.has(`${protocol}/${port}`));
}

/** Local ports of the table's listening sockets (proc_net_tcp: `sl local rem st ...`). Pure. */
export function listeningPorts(table: string, protocol: Protocol): readonly number[] {
  return table
    .split("\n")
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields[3] === listeningState[protocol])
    .map((fields) => parseInt(fields[1]?.split(":")[1] ?? "", 16));
}
