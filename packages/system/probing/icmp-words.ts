/** What errors of ICMP say. Pure. */
type Words = (type: string, code: string, mtu: string) => string;

/** RFC 4443, and RFC 792 with RFC 1812 section 5.2.7.1. */
const words: Readonly<Record<4 | 6, Words>> = {
  6: (type, code, mtu) => {
    if (type === "2") return `packet too big, MTU ${mtu}`;
    if (type === "3") return "hop limit exceeded";
    const codes = [
      "no route",
      "administratively prohibited",
      "beyond scope",
      "address unreachable",
      "port unreachable",
    ];
    return type === "1" ? (codes[Number(code)] ?? "rejected by a route or policy") : "parameter problem";
  },
  4: (type, code, mtu) => {
    if (type === "11") return "TTL exceeded";
    if (type !== "3") return "parameter problem";
    if (code === "4") return `packet too big, MTU ${mtu}`;
    const codes = ["no route", "address unreachable", "protocol unreachable", "port unreachable"];
    return codes[Number(code)] ?? (["9", "10", "13"].includes(code) ? "administratively prohibited" : "unreachable");
  },
};

export const icmpWords = (family: 4 | 6, type: string, code: string, mtu: string): string =>
  words[family](type, code, mtu);
