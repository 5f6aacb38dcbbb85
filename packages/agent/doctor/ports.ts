/** Who has the ports that Netwright needs. Pure. */
import { vxlanPort } from "@netwright/contract";
import { note, orGood, problem, type Finding } from "./finding.ts";
import type { Interface } from "./interfaces.ts";
import type { ListeningSocket } from "./sockets.ts";

interface NeededPort {
  readonly protocol: ListeningSocket["protocol"];
  readonly port: number;
  readonly what: string;
  /** `Node`: on every host and router. `Maybe`: only where that program is to run, with the port that documents use. */
  readonly need: "Node" | "Maybe";
}

const neededPorts: readonly NeededPort[] = [
  { protocol: "tcp", port: 179, what: "BGP", need: "Node" },
  { protocol: "udp", port: 3784, what: "BFD", need: "Node" },
  { protocol: "udp", port: 4784, what: "BFD over several hops", need: "Node" },
  { protocol: "udp", port: vxlanPort, what: "VXLAN", need: "Node" },
  { protocol: "tcp", port: 7443, what: "the server's --listen", need: "Maybe" },
  { protocol: "tcp", port: 9464, what: "the agent's --metrics", need: "Maybe" },
];

/** @param own processes that Netwright started, by number */
export function portFindings(
  sockets: readonly ListeningSocket[],
  interfaces: readonly Interface[],
  own: ReadonlySet<number>,
): readonly Finding[] {
  const held = neededPorts.flatMap((needed) => {
    const socket = sockets.find((each) => isInTheWay(each, needed) && !own.has(each.process?.pid ?? 0));
    return socket === undefined ? [] : [taken(socket, needed)];
  });
  return orGood(
    [...held, ...tunnelsOfOthers(interfaces)],
    "ports",
    "BGP 179, BFD 3784 and VXLAN 4789 are free, or Netwright's",
  );
}

/** What listens on IPv4 or for the machine itself alone leaves room: BIRD listens on IPv6, the kernel for VXLAN too. */
function isInTheWay({ protocol, address, port, process }: ListeningSocket, needed: NeededPort): boolean {
  if (protocol !== needed.protocol || port !== needed.port) return false;
  // A kernel socket is a tunnel's: those are looked at as devices.
  if (process === null || (needed.need === "Maybe" && process.name === "netwright")) return false;
  return address !== "::1" && !/^[\d.]+$/.test(address);
}

function taken({ address, process }: ListeningSocket, { protocol, port, what, need }: NeededPort): Finding {
  const who = `${process?.name} (process ${process?.pid})`;
  const where = address === "*" ? "every address" : address;
  const subject = `${protocol} port ${port}`;
  if (need === "Maybe")
    return note("NW1901", subject, `${who} listens on ${where}`, { hint: `give ${what} another port on this machine` });
  return problem("NW1901", subject, `${who} listens on ${where}`, {
    meaning: `Netwright needs the port for ${what}`,
    hint: `stop it or have it listen elsewhere: ls -l /proc/${process?.pid}/exe; systemctl status ${process?.pid}`,
  });
}

/** Tunnels of ours stand in namespaces of their own. */
const tunnelsOfOthers = (interfaces: readonly Interface[]): readonly Finding[] =>
  interfaces
    .filter(({ vxlan }) => vxlan?.port === vxlanPort)
    .map(({ name }) =>
      problem("NW1901", name, `this VXLAN device of others uses UDP port ${vxlanPort}`, {
        meaning: "the agent's firewall drops VXLAN of everybody but other hosts of the site: this tunnel would break",
        hint: `give it another port, for example: ip link add ... type vxlan dstport 8472`,
      }),
    );
