/** Lines of `conntrack -L -f ipv6 -o extended`. Pure. */
import { formatIpv6, ipv6Value, type Ipv6 } from "@netwright/base";

export interface Tuple {
  readonly source: Ipv6;
  readonly destination: Ipv6;
  /** Undefined where the protocol has none. */
  readonly sourcePort: number | undefined;
  readonly destinationPort: number | undefined;
}

export interface Connection {
  /** `tcp`, `udp`, `icmpv6` and so on, as conntrack(8) writes it. */
  readonly protocol: string;
  readonly original: Tuple;
  readonly reply: Tuple;
  /** 0 where it has none. */
  readonly mark: number;
}

export function parseConnections(text: string): readonly Connection[] {
  return text.split("\n").flatMap((line) => parseLine(line) ?? []);
}

/** `ipv6 10 tcp 6 99 ESTABLISHED src=A dst=B sport=1 dport=2 [FLAG] src=B dst=A sport=2 dport=1 ...` */
function parseLine(line: string): Connection | undefined {
  const words = line.trim().split(/\s+/);
  if (words[0] !== "ipv6") return undefined;
  const starts = [...words.entries()].filter(([, word]) => word.startsWith("src=")).map(([index]) => index);
  const [first, second] = starts;
  if (first === undefined || second === undefined) return undefined;
  const original = parseTuple(words.slice(first, second));
  const reply = parseTuple(words.slice(second));
  if (original === undefined || reply === undefined) return undefined;
  const mark = Number(words.find((word) => word.startsWith("mark="))?.slice("mark=".length) ?? 0);
  return { protocol: words[2] ?? "", original, reply, mark };
}

function parseTuple(words: readonly string[]): Tuple | undefined {
  const fields = new Map(
    words
      .filter((word) => word.includes("="))
      .map((word) => [word.slice(0, word.indexOf("=")), word.slice(word.indexOf("=") + 1)]),
  );
  const [source, destination] = [ipv6Value(fields.get("src") ?? ""), ipv6Value(fields.get("dst") ?? "")];
  if (source === undefined || destination === undefined) return undefined;
  const port = (name: string): number | undefined => (fields.has(name) ? Number(fields.get(name)) : undefined);
  return {
    source: formatIpv6(source),
    destination: formatIpv6(destination),
    sourcePort: port("sport"),
    destinationPort: port("dport"),
  };
}
