/** Probes in the program's words, and its words in ours. Pure. */
import type { Fate } from "@netwright/api";
import { milliseconds, type Milliseconds } from "@netwright/base";

export interface Probe {
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
}

/** What the program saw of one probe. */
export interface ProbeResult {
  readonly index: number;
  /** Failed: the node itself could not send it. */
  readonly fate: Fate | "Failed";
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
}: Probe): string {
  const payload = protocol === "icmp" ? String(size) : Buffer.from(send ?? "").toString("hex");
  const words = [protocol, families[family ?? "any"], host, port, Math.ceil(patience), payload, whole ? 1 : 0];
  return words.join("\t");
}

export const parseResults = (output: string): readonly ProbeResult[] =>
  output
    .split("\n")
    .filter((line) => line.includes("\t"))
    .map((line) => {
      const [index, fate, how = "", by = "", at, took, address = "", answer = ""] = line.split("\t");
      return {
        index: Number(index),
        fate: fate as ProbeResult["fate"],
        how,
        by,
        at: milliseconds(Number(at)),
        took: milliseconds(Number(took)),
        address,
        answer: Buffer.from(answer, "hex").toString(),
      };
    });
