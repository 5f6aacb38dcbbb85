/** Listening sockets, as `ss -H -l -n -t -u -p` prints them. Pure. */
export interface ListeningSocket {
  readonly protocol: "tcp" | "udp";
  /** Without zone; `*` for IPv6 and IPv4 together. */
  readonly address: string;
  readonly port: number;
  /** Null where the kernel itself listens, or the process is in another namespace or another user's. */
  readonly process: { readonly name: string; readonly pid: number } | null;
}

const line = /^(tcp|udp)\s+\S+\s+\d+\s+\d+\s+(\S+):(\d+)\s+\S+(?:\s+users:\(\("([^"]*)",pid=(\d+))?/;

export function parseSockets(text: string): readonly ListeningSocket[] {
  return text.split("\n").flatMap((each) => {
    const [, protocol, address = "", port, name, pid] = line.exec(each) ?? [];
    if (protocol !== "tcp" && protocol !== "udp") return [];
    return [
      {
        protocol,
        address: address.replace(/%[^\]]*/, "").replace(/^\[(.*)\]$/, "$1"),
        port: Number(port),
        process: name === undefined ? null : { name, pid: Number(pid) },
      },
    ];
  });
}
