/** What other programs print, as they printed it, and what it means. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { bird } from "./bgp/bird.ts";
import { frr } from "./bgp/frr.ts";
import { gobgp } from "./bgp/gobgp.ts";
import { speakersIn } from "./bgp.ts";
import { answersHold, parseDig } from "./dns.ts";
import { parseListening } from "./listening.ts";
import { parseRoute, routeCommand } from "./route.ts";
import { parseIperf } from "./throughput.ts";

const printed = (name: string): string => readFileSync(new URL(`testdata/${name}`, import.meta.url), "utf8");

describe("BGP speakers", () => {
  test("FRR: one session for each neighbor, whatever families it carries; the global next hop", () => {
    expect(frr.parseSessions(printed("frr-summary.json"))).toEqual([
      { peer: "fd00:1::2", state: "Established" },
      { peer: "fd00:1::9", state: "Active" },
    ]);
    expect(frr.parseRoute(printed("frr-route.json"))).toEqual([{ address: "fd00:1::2" }]);
    expect(frr.parseRoute("{\n}\n")).toBeUndefined();
    const off = `{"ipv4Unicast":{"peers":{"a":{"state":"Idle (Admin)"},"b":{"state":"Idle (PfxCt)"}}}}`;
    expect(frr.parseSessions(off).map(({ state }) => state)).toEqual(["Down", "Idle"]);
  });

  test("BIRD: sessions among its protocols; next hops of the route in use", () => {
    expect(bird.parseSessions(printed("bird-protocols.txt"))).toEqual([
      { peer: "fd00:1::1", state: "Established" },
      { peer: "fd00:2::1", state: "Established" },
      { peer: "fd00:2::9", state: "Connect" },
    ]);
    expect(bird.parseRoute(printed("bird-route.txt"))).toEqual([{ address: "fd00:1::1", device: "b-f" }]);
    expect(bird.parseRoute("BIRD 2.0.12 ready.\nNetwork not found\n")).toBeUndefined();
  });

  test("GoBGP: numbers are states; the best path's next hop", () => {
    expect(gobgp.parseSessions(printed("gobgp-neighbor.json"))).toEqual([
      { peer: "fd00:2::2", state: "Established" },
      { peer: "fd00:2::7", state: "Active" },
    ]);
    expect(gobgp.parseRoute(printed("gobgp-route.json"))).toEqual([{ address: "fd00:2::1" }]);
    expect(gobgp.parseRoute("{}")).toBeUndefined();
  });

  test("are found among processes, and asked where they listen", () => {
    const running = speakersIn(
      "/sbin/init\n/usr/lib/frr/bgpd --vty_socket /run/x -n\nbird -f -s /run/b.ctl\nvim bird.conf\ngobgpd --api-hosts=:50052\n",
    );
    expect(running.map(({ kind }) => kind.name)).toEqual(["FRR", "BIRD", "GoBGP"]);
    expect(running.map(({ kind, args }) => kind.sessionsCommand(args))).toEqual([
      ["vtysh", "-d", "bgpd", "--vty_socket", "/run/x", "-c", "show bgp summary json"],
      ["birdc", "-s", "/run/b.ctl", "show protocols all"],
      ["gobgp", "-p", "50052", "-j", "neighbor"],
    ]);
  });
});

describe("dig", () => {
  const found = `;; Got answer:
;; ->>HEADER<<- opcode: QUERY, status: NOERROR, id: 1
;; ANSWER SECTION:
www.example.net.\t3600\tIN\tCNAME\tshop.example.net.
shop.example.net.\t60\tIN\tAAAA\t2001:db8:100::5
`;
  const spec = { name: "www.example.net", type: "AAAA", code: "NOERROR" };

  test("answers are of the type that was asked for", () => {
    expect(parseDig(found, "aaaa")).toEqual({ code: "NOERROR", answers: ["2001:db8:100::5"] });
    expect(parseDig(found, "CNAME")?.answers).toEqual(["shop.example.net."]);
    expect(parseDig(";; ->>HEADER<<- opcode: QUERY; status: NXDOMAIN; id: 1\n", "A")).toEqual({
      code: "NXDOMAIN",
      answers: [],
    });
    expect(parseDig(";; connection timed out; no servers could be reached\n", "A")).toBeUndefined();
  });

  test("exactly those that are named, in any order; without names one or more", () => {
    expect(answersHold({ ...spec, answers: ["B.example.", "a.example"] }, ["a.example.", "b.example."])).toBe(true);
    expect(answersHold({ ...spec, answers: ["a.example"] }, ["a.example.", "b.example."])).toBe(false);
    expect(answersHold({ ...spec, answers: [] }, [])).toBe(true);
    expect(answersHold({ ...spec, answers: [] }, ["::1"])).toBe(false);
    expect(answersHold(spec, [])).toBe(false);
    expect(answersHold({ ...spec, code: "NXDOMAIN" }, [])).toBe(true);
    expect(answersHold({ ...spec, answers: ["v=spf1 -all"] }, ['"v=spf1 -all"'])).toBe(true);
  });
});

test("listening sockets in the kernel's tables", () => {
  const table = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:0050 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1 1 0 100 0 0 10 0
   1: 0100007F:1F90 0100007F:9C40 01 00000000:00000000 00:00000000 00000000     0        0 2 1 0 20 4 30 10 -1
  sl  local_address                         remote_address                        st
   0: 00000000000000000000000000000000:01BB 00000000000000000000000000000000:0000 0A 00000000:00000000 00:0 0 0 0 3
`;
  expect(parseListening(table, "0A")).toEqual([80, 443]);
});

describe("routes of the kernel", () => {
  test("an address takes a route, a prefix stands in a table", () => {
    expect(routeCommand("2001:db8::1")).toEqual(["ip", "-j", "-6", "route", "get", "fibmatch", "2001:db8::1"]);
    expect(routeCommand("192.0.2.0/24")).toEqual("ip -j -4 route show table all exact 192.0.2.0/24".split(" "));
  });

  test("one next hop, several, none", () => {
    expect(parseRoute('[{"dst":"2001:db8::/48","gateway":"fe80::1","dev":"eth0","flags":[]}]')).toEqual({
      dst: "2001:db8::/48",
      hops: [{ address: "fe80::1", device: "eth0" }],
    });
    const many =
      '[{"dst":"10.0.0.0/8","nexthops":[{"gateway":"10.0.0.1","dev":"a"},{"via":{"family":"inet6","host":"fe80::2"},"dev":"b"}]}]';
    expect(parseRoute(many)?.hops).toEqual([
      { address: "10.0.0.1", device: "a" },
      { address: "fe80::2", device: "b" },
    ]);
    expect(parseRoute('[{"dst":"fd00::/64","dev":"eth0"}]')?.hops).toEqual([{ device: "eth0" }]);
    expect(parseRoute('[{"type":"blackhole","dst":"fd00::/64","dev":"lo"}]')).toBeUndefined();
    expect(parseRoute("[ ]")).toBeUndefined();
    expect(parseRoute("")).toBeUndefined();
  });
});

test("iperf3: what the receiver counted, or why it did not measure", () => {
  expect(parseIperf('{"end":{"sum_sent":{"bits_per_second":9e6},"sum_received":{"bits_per_second":8e6}}}')).toBe(8);
  expect(parseIperf('{"end":{"sum":{"bits_per_second":5e6}}}')).toBe(5);
  expect(parseIperf('{"error":"unable to connect"}')).toBe("unable to connect");
  expect(parseIperf("iperf3: bad")).toBeUndefined();
});
