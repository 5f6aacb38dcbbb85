/** Whether firewalls of others let through what Netwright needs. Pure. */
import { nftTable, vxlanPort } from "@netwright/contract";
import { evaluate, type Outcome } from "./evaluate.ts";
import { note, orGood, problem, type Finding } from "./finding.ts";
import type { PacketFacts } from "./matching.ts";
import type { Chain, Ruleset } from "./ruleset.ts";

interface NeededFlow {
  readonly what: string;
  readonly hook: "input" | "forward";
  readonly packet: PacketFacts;
  /** As a rule of nftables that would let it in. */
  readonly rule: string;
}

const common = { "meta.nfproto": "ipv6", "meta.protocol": "ip6", "ct.state": "new" } as const;
const transport = (protocol: "tcp" | "udp", port: number): PacketFacts => ({
  ...common,
  "meta.l4proto": protocol,
  "ip6.nexthdr": protocol,
  [`${protocol}.dport`]: port,
});

const inputFlows: readonly NeededFlow[] = [
  { what: "BGP", hook: "input", packet: transport("tcp", 179), rule: "tcp dport 179 accept" },
  { what: "BFD", hook: "input", packet: transport("udp", 3784), rule: "udp dport 3784 accept" },
  { what: "VXLAN", hook: "input", packet: transport("udp", vxlanPort), rule: `udp dport ${vxlanPort} accept` },
  {
    what: "neighbour discovery",
    hook: "input",
    packet: {
      ...common,
      "meta.l4proto": "ipv6-icmp",
      "ip6.nexthdr": "ipv6-icmp",
      "icmpv6.type": "nd-neighbor-solicit",
    },
    rule: "meta l4proto ipv6-icmp accept",
  },
];

/** To and from a service: the host side of a tenant network's uplink. */
const forwardFlows: readonly NeededFlow[] = [
  {
    what: "packets to services",
    hook: "forward",
    packet: { ...transport("tcp", 443), "meta.oifname": "nwu1" },
    rule: 'oifname "nwu*" accept',
  },
  {
    what: "packets of services",
    hook: "forward",
    packet: {
      ...common,
      "ct.state": "established",
      "meta.l4proto": "tcp",
      "ip6.nexthdr": "tcp",
      "tcp.sport": 443,
      "meta.iifname": "nwu1",
    },
    rule: 'iifname "nwu*" accept',
  },
];

/** @param uplinks devices that the flows come in by; empty where that is not known */
export function firewallFindings(ruleset: Ruleset, uplinks: readonly string[]): readonly Finding[] {
  const chains = [...ruleset.values()].filter(isOfOthers);
  const ways = uplinks.length === 0 ? [{}] : uplinks.map((name) => ({ "meta.iifname": name, "meta.iif": name }));
  const found = chains.flatMap((chain) => [
    ...[...inputFlows, ...forwardFlows]
      .filter(({ hook }) => hook === chain.hook)
      .flatMap((flow) => {
        const outcomes = ways.map((way) => evaluate(ruleset, chain, { ...way, ...flow.packet }));
        return outcomes
          .filter(({ verdict }) => verdict === "drop")
          .slice(0, 1)
          .map((outcome) => dropped(chain, flow, outcome));
      }),
    ...reversePath(chain),
  ]);
  return orGood(found, "firewall", "no rule of others drops what Netwright needs");
}

const isOfOthers = ({ family, table, hook }: Chain): boolean =>
  table !== nftTable && hook !== null && (family === "inet" || family === "ip6");

const placeOf = ({ family, table, name }: Chain): string => `table ${family} ${table}, chain ${name}`;

function dropped(chain: Chain, { what, rule }: NeededFlow, { isMaybe }: Outcome): Finding {
  const hint = `nft insert rule ${chain.family} ${chain.table} ${chain.name} ${rule}; and in the file that loads the table`;
  const place = placeOf(chain);
  if (isMaybe)
    return note("NW1906", place, `drops ${what}, unless one of its rules for some addresses lets them in`, { hint });
  return problem("NW1906", place, `drops ${what}`, {
    meaning: "a drop in one table is final, whatever others accept",
    hint,
  });
}

/** Whether packets are dropped whose way back leads to another device: of several uplinks replies may take any. */
function reversePath(chain: Chain): readonly Finding[] {
  const checks = chain.rules.some(
    (rule) => JSON.stringify(rule).includes('"fib"') && rule.some((each) => "drop" in each || "reject" in each),
  );
  if (!checks || (chain.hook !== "prerouting" && chain.hook !== "input")) return [];
  return [
    note("NW1906", placeOf(chain), "drops packets by their way back (reverse path filter)", {
      meaning: "with several uplinks a packet may come by another one than replies take",
      hint: "leave out the uplinks; of firewalld set IPv6_rpfilter=no",
    }),
  ];
}
