/** Probes in the words of the program that sends them, and its words in ours. Pure. */
import { milliseconds, type Milliseconds } from "@netwright/base";

/** What the program is told to send. */
export interface ProbeOrder {
  readonly protocol: "tcp" | "udp" | "icmp";
  readonly family?: 4 | 6;
  /** A name that the node can resolve, or an address. */
  readonly host: string;
  readonly port?: number;
  readonly patience: Milliseconds;
  /** UDP: the datagram. */
  readonly send?: string;
  /** ICMP: octets of payload. */
  readonly size?: number;
  /** ICMP: may not be fragmented. */
  readonly whole?: boolean;
  /** TCP and UDP: the port that it comes from; the kernel's choice where left out. */
  readonly sourcePort?: number;
}

/** What the program saw of one probe. */
export interface ProbeSeen {
  readonly index: number;
  /** Failed: the node itself could not send it. */
  readonly fate: "Open" | "Refused" | "Dropped" | "Failed";
  /** `rst`, `icmp6 TYPE CODE MTU`, `icmp4 ...`, `errno NUMBER TEXT`, `name TEXT`, `silence`, or nothing. */
  readonly how: string;
  /** Who answered, or refused; empty when nobody did. */
  readonly by: string;
  /** After the program began. */
  readonly at: Milliseconds;
  readonly took: Milliseconds;
  /** Where it was sent. */
  readonly address: string;
  readonly answer: string;
  /** The port that it came from; 0 where it has none. */
  readonly sourcePort: number;
}

const families = { 4: "4", 6: "6", any: "0" } as const;

export function probeWord({
  protocol,
  family,
  host,
  port = 0,
  patience,
  send,
  size = 56,
  whole = false,
  sourcePort = 0,
}: ProbeOrder): string {
  const payload = protocol === "icmp" ? String(size) : Buffer.from(send ?? "").toString("hex");
  const version = families[family ?? "any"];
  const words = [protocol, version, host, port, Math.ceil(patience), payload, whole ? 1 : 0, sourcePort];
  return words.join("\t");
}

export const parseResults = (output: string): readonly ProbeSeen[] =>
  output
    .split("\n")
    .filter((line) => line.includes("\t"))
    .map((line) => {
      const [index, fate, how = "", by = "", at, took, address = "", answer = "", local = "0"] = line.split("\t");
      return {
        index: Number(index),
        fate: fate as ProbeSeen["fate"],
        how,
        by,
        at: milliseconds(Number(at)),
        took: milliseconds(Number(took)),
        address,
        answer: Buffer.from(answer, "hex").toString(),
        sourcePort: Number(local),
      };
    });
