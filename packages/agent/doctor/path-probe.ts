/**
 * Whether packets of full size get through, without anything at the other end: a datagram to a port where nobody listens
 * is refused by ICMPv6 (RFC 4443). IPv6 routers never fragment, so one that is too large for the way is lost.
 */
import { createSocket } from "node:dgram";
import type { Clock } from "@netwright/base";
import { milliseconds } from "@netwright/base";
import type { NodeSystem } from "@netwright/contract";

/** `Silent`: no answer, which may be a firewall. `TooBig`: this machine knows already that the way is narrower. */
export type ProbeResult = "Answered" | "Silent" | "TooBig" | "Unreachable";

export interface ProbeTarget {
  readonly address: string;
  /** Null: the kernel's choice. */
  readonly source: string | null;
  /** Octets of the IPv6 packet, all headers included. */
  readonly size: number;
}

export type Probe = (target: ProbeTarget) => Promise<ProbeResult>;

/** IPv6 and UDP. */
const headers = 48;
/** Where traceroute begins: nobody listens there. */
const port = 33434;
const patience = milliseconds(500);
const tries = 2;

export function udpProbe({ clock, runner }: Pick<NodeSystem, "clock" | "runner">): Probe {
  return async (target) => {
    let result: ProbeResult = "Silent";
    for (let round = 0; round < tries && result === "Silent"; round++) result = await once(target, clock);
    // Once a router has said that the way is narrow, the kernel sends fragments, and those are answered.
    return result === "Answered" && (await knownMtu(runner, target)) < target.size ? "TooBig" : result;
  };
}

async function knownMtu(runner: NodeSystem["runner"], { address, source }: ProbeTarget): Promise<number> {
  const from = source === null ? [] : ["from", source];
  const { stdout } = await runner.run(["ip", "-6", "-o", "route", "get", address, ...from]);
  return Number(/ mtu (\d+)/.exec(stdout)?.[1] ?? Infinity);
}

const meanings: Readonly<Record<string, ProbeResult>> = { ECONNREFUSED: "Answered", EMSGSIZE: "TooBig" };

function once({ address, source, size }: ProbeTarget, clock: Clock): Promise<ProbeResult> {
  const socket = createSocket("udp6");
  const over = new AbortController();
  return new Promise<ProbeResult>((resolve) => {
    const fail = (error: NodeJS.ErrnoException): void => resolve(meanings[error.code ?? ""] ?? "Unreachable");
    socket.on("error", fail);
    void clock.sleep(patience, over.signal).then(
      () => resolve("Silent"),
      () => {},
    );
    socket.bind({ address: source ?? "::", port: 0 }, () => {
      socket.connect(port, address, () => {
        socket.send(Buffer.alloc(size - headers), (error) => {
          if (error !== null) fail(error);
        });
      });
    });
  }).finally(() => {
    over.abort();
    socket
      .removeAllListeners("error")
      .on("error", () => {})
      .close();
  });
}
