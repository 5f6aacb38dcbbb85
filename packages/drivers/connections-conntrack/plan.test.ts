import type { DomainPattern } from "@netwright/base";
import { egressMark, resolverAddress, resolverHostAddress, resolverHostPort } from "@netwright/contract";
import { describe, expect, it } from "vitest";
import { defaultListener, hostState, addressOf, egressAddress, vip, vni, type Instance } from "../testing/states.ts";
import { parseConnections } from "./parse.ts";
import { planConnections } from "./plan.ts";
import { renderDelete } from "./render.ts";
import { wantConnections } from "./want.ts";

const proxy: Instance = { tier: "proxy", number: 1, host: 1 };
const web: Instance = { tier: "web", number: 1, host: 2 };
const gone: Instance = { tier: "proxy", number: 9, host: 1 };
const goneElsewhere: Instance = { tier: "web", number: 9, host: 2 };
const question = (to: string): string => line("udp", addressOf(proxy), resolverAddress, 53, to, resolverHostPort);
const scene = {
  names: {},
  egress: ["proxy>2001:db8:f::/64:8080", "proxy>api.example.net:443"],
  instances: [proxy, web],
  policy: ["proxy>web:8080"],
  listeners: [defaultListener([proxy], [1])],
};
const want = wantConnections(hostState(scene, 1));
const client = "2001:db8:f::2";

const line = (protocol: string, from: string, to: string, port: number, target = to, targetPort = port): string =>
  `ipv6     10 ${protocol}      6 431999 ESTABLISHED src=${from} dst=${to} sport=40000 dport=${port} src=${target} dst=${from} sport=${targetPort} dport=40000 [ASSURED] mark=0 use=1`;

const leaving = (port: number, source = egressAddress(1)): string =>
  line("tcp", addressOf(proxy), client, port).replace(`dst=${addressOf(proxy)}`, `dst=${source}`);

const byName = (mark: number, port = 443): string =>
  line("tcp", addressOf(proxy), "2001:db8:e::9", port)
    .replace(`dst=${addressOf(proxy)}`, `dst=${egressAddress(1)}`)
    .replace("mark=0", `mark=${mark}`);
const markOf = (name: string): number => egressMark({ from: 2, to: name as DomainPattern, protocol: "tcp", port: 443 });

const kept = [
  byName(markOf("api.example.net")),
  line("tcp", addressOf(proxy), addressOf(web), 8080),
  line("tcp", client, vip, 443, addressOf(proxy), 8443),
  question(resolverHostAddress(vni)),
  leaving(8080),
  // Its own host judges whether a remote address is gone.
  line("tcp", addressOf(proxy), addressOf(goneElsewhere), 8080),
  "ipv6     10 icmpv6   58 29 src=fe80::1 dst=fd77::7:1:2:0:1 type=128 code=0 id=5 src=fd77::7:1:2:0:1 dst=fe80::1 type=129 code=0 id=5 mark=0 use=1",
];
const cut = [
  ["a port that is not open", line("tcp", addressOf(proxy), addressOf(web), 22)],
  ["a protocol that is not open", line("udp", addressOf(proxy), addressOf(web), 8080)],
  ["the other direction", line("tcp", addressOf(web), addressOf(proxy), 8080)],
  ["a delivery that is gone", line("tcp", client, vip, 444, addressOf(proxy), 8443)],
  ["a delivery to another port", line("tcp", client, vip, 443, addressOf(proxy), 9443)],
  ["an address that is gone", line("tcp", addressOf(gone), addressOf(web), 8080)],
  ["a target that is gone", line("tcp", client, vip, 443, addressOf(gone), 8443)],
  ["another network's resolver", question(resolverHostAddress(vni + 1))],
  ["a port outside that is not open", leaving(443)],
  ["another source outside", leaving(8080, egressAddress(2))],
  ["a place outside that is not open", line("tcp", addressOf(proxy), "2001:db8:e::2", 8080)],
  ["another tier to the outside", line("tcp", addressOf(web), client, 8080)],
  ["a name that no rule is about any more", byName(markOf("old.example.net"))],
  ["a name at another port", byName(markOf("api.example.net"), 80)],
  ["a rule by prefix that is gone, where one by name stays", byName(0)],
] as const;

const plan = (lines: readonly string[]): readonly string[] =>
  planConnections(want, new Map([["nwn-default.web", parseConnections(lines.join("\n"))]])).retire.map(
    ({ connection }) => renderDelete(connection),
  );

describe("planConnections()", () => {
  it("keeps what the policy allows", () => {
    expect(plan(kept)).toEqual([]);
  });

  it.each(cut)("cuts a connection of %s, and no other", (_, text) => {
    const [source, destination] = [/src=(\S+)/.exec(text)?.[1], /dst=(\S+)/.exec(text)?.[1]];
    const deleted = plan([...kept, text]);
    expect(deleted).toHaveLength(1);
    expect(deleted[0]).toContain(`-s ${source} -d ${destination}`);
  });

  it("names a connection by its original direction", () => {
    expect(plan([cut[3][1]])).toEqual([`-D -f ipv6 -s ${client} -d ${vip} -p tcp --sport 40000 --dport 444`]);
  });
});

it("parseConnections() leaves out what it cannot read", () => {
  expect(parseConnections("ipv4 2 tcp 6 1 src=1.2.3.4\nipv6 10 tcp\n\n")).toEqual([]);
});
