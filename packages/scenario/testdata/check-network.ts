/** A network with a firewall in its middle, three BGP speakers, a name server and servers of HTTP; and what is done there. */
import { probes, routing, services, type Written } from "./check-cases.ts";

const servers = new URL("servers.ts", import.meta.url).pathname;
const node = process.execPath;

const bird = `router id 10.0.0.2;
protocol device {}
protocol bgp r { local as 65002; neighbor R_B as 65001; connect delay time 1; ipv6 { import all; export all; next hop self; }; }
protocol bgp c { local as 65002; neighbor C_B as 65003; multihop; connect delay time 1; ipv6 { import all; export all; next hop self; }; }
`;
const startBird =
  'sed "s/R_B/$R_B_ADDRESS/; s/C_B/$C_R_ADDRESS/" /etc/test/bird.conf >/run/bird.conf && exec bird -f -c /run/bird.conf -s /run/bird.ctl';
const startFrr = `mkdir -p /run/frr && chown frr:frr /run/frr /etc/test
printf '%s\\n' 'router bgp 65001' 'bgp router-id 1.1.1.1' 'no bgp ebgp-requires-policy' 'no bgp network import-check' \\
  "neighbor $B_R_ADDRESS remote-as 65002" "neighbor $B_R_ADDRESS timers connect 1" 'address-family ipv6 unicast' \\
  "neighbor $B_R_ADDRESS activate" 'network 2001:db8:f::/48' >/etc/test/bgpd.conf
exec /usr/lib/frr/bgpd -n -f /etc/test/bgpd.conf -A ::1 -P 0`;
const startGobgp = `printf '%s\\n' '[global.config]' 'as = 65003' 'router-id = "10.0.0.3"' '[[neighbors]]' '[neighbors.config]' \\
  "neighbor-address = \\"$B_ADDRESS\\"" 'peer-as = 65002' '[neighbors.timers.config]' 'connect-retry = 1' '[neighbors.ebgp-multihop.config]' \\
  'enabled = true' 'multihop-ttl = 5' '[[neighbors.afi-safis]]' '[neighbors.afi-safis.config]' 'afi-safi-name = "ipv6-unicast"' >/run/gobgp.toml
exec gobgpd -f /run/gobgp.toml`;

const firewall = `table inet filter {
  chain forward {
    type filter hook forward priority 0
    tcp dport 81 drop
    tcp dport 82 reject with tcp reset
    tcp dport 83 reject with icmpx admin-prohibited
    udp dport 81 drop
    ip6 daddr C ip6 saddr A icmpv6 type echo-request drop
  }
}
`;
const key =
  "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout /etc/test/key -out /etc/test/certificate -days 2 -subj /CN=b -addext subjectAltName=DNS:b";
const zone =
  "example.net. 60 SOA ns.example.net. a.example.net. 1 60 60 60 60\nexample.net. 60 NS ns.example.net.\nns.example.net. 60 AAAA ::1\nwww.example.net. 60 AAAA 2001:db8::80\n";
const knot =
  'server:\n  listen: "::@53"\n  rundir: /run/knot\ndatabase:\n  storage: /run/knot\nzone:\n  - domain: example.net\n    file: /etc/test/zone\n';

const steps: readonly Written[] = [
  {
    name: "routes",
    at: "r",
    run: 'sysctl -qw net.ipv6.conf.all.forwarding=1 && sed "s/ A / $A_ADDRESS /; s/ C / $C_ADDRESS /" /etc/test/rules | nft -f -',
  },
  ...["a", "b", "c"].map((name) => ({
    at: name,
    run: `ip -6 route replace default via $R_${name.toUpperCase()}_ADDRESS`,
  })),
  { name: "key", at: "b", run: key },
  {
    name: "servers",
    at: "b",
    background: [
      { name: "servers", run: [node, servers] },
      { name: "knot", run: "mkdir -p /run/knot && exec knotd -c /etc/test/knot.conf" },
      { name: "bird", run: startBird },
      { name: "frr", at: "r", run: startFrr },
      { name: "gobgp", at: "c", run: startGobgp },
    ],
    wait: [{ log: { of: "servers", matches: "serving" } }, { listening: { port: 53 } }],
  },
  { name: "probes", mayFail: true, checks: probes.map(([check]) => check) },
  { name: "services", mayFail: true, checks: services.map(([check]) => check) },
  {
    name: "captures",
    at: "a",
    mayFail: true,
    run: ["curl", "-s", "http://b:8080/"],
    checks: [
      { capture: { link: "a-r", filter: "tcp port 8080", min: 6 } },
      { capture: { link: "r:b", filter: "tcp port 8080", max: 0 } },
      { capture: { link: "a-r", filter: "udp port 8080", max: 0 } },
      { capture: { link: "a-r", filter: "udp port 8080", min: 1 } },
    ],
  },
  {
    name: "a filter that is none",
    at: "a",
    mayFail: true,
    run: "true",
    checks: [{ capture: { link: "a-r", filter: "nonsense", max: 0 } }],
  },
  {
    name: "loads",
    load: [
      { name: "http", at: "a", http: "http://b:8080/", rate: 100, fresh: 0.3 },
      { name: "https", at: "a", http: "https://b:8443/", insecure: true },
      { name: "tcp", at: "a", tcp: "b:80" },
      { name: "udp", at: "a", udp: "b:9000" },
      { name: "ping", at: "a", ping: "b", rate: 200 },
      { name: "refused", at: "a", tcp: "b:82" },
      { name: "own", at: "a", command: ["sleep", "1000"] },
    ],
    checks: ["http", "https", "tcp", "udp", "ping"].map((name) => ({ load: { name, atLeast: 5 }, eventually: "60s" })),
  },
  { name: "a failure", mayFail: true, checks: [{ load: { name: "refused" } }] },
  { name: "silence", load: [{ name: "silent", at: "a", http: "http://b:8080/silent", timeout: "1500ms" }] },
  {
    name: "under way",
    mayFail: true,
    pause: "200ms",
    checks: [{ load: { name: "silent", since: "under way", atLeast: 0 } }],
  },
  {
    name: "broken",
    at: "r",
    run: "nft insert rule inet filter forward tcp dport 8080 reject with tcp reset",
    wait: [{ not: true, load: { name: "http" } }],
  },
  // A connection that was refused a moment ago may still be the next one to be used.
  { name: "mended", at: "r", run: "nft delete table inet filter", wait: [{ load: { name: "http", since: "mended", last: 10 } }] },
  { name: "again", wait: [{ load: { name: "http", since: "again", atLeast: 10 } }] },
  { name: "enough", stop: ["http", "own", "silent"] },
  { name: "sessions", at: ["b", "c"], wait: [{ bgp: {} }] },
  { at: "c", run: "gobgp global rib add -a ipv6 2001:db8:c::/48 nexthop $C_R_ADDRESS" },
  { name: "routing", mayFail: true, checks: routing.map(([check]) => check) },
  { name: "object", mayFail: true, checks: [{ object: { ref: "service/shop", condition: "Ready" } }] },
];

export const scenario = {
  apiVersion: "netwright.dev/v1alpha1",
  kind: "Scenario",
  metadata: { name: "checks" },
  spec: {
    topology: {
      lab: {
        nodes: ["a", "b", "c", "r"].map((name) => ({ name, role: "Linux" })),
        links: [
          ["a", "r", 1500],
          ["r", "b", 1500],
          ["r", "c", 1400],
        ].map(([left, right, mtu]) => ({ ends: [{ node: left }, { node: right }], mtu })),
      },
    },
    files: [
      { at: "b", path: "/etc/test/word", content: "hello" },
      { at: "b", path: "/etc/test/zone", content: zone },
      { at: "b", path: "/etc/test/knot.conf", content: knot },
      { at: "b", path: "/etc/test/bird.conf", content: bird },
      { at: "r", path: "/etc/test/rules", content: firewall },
    ],
    steps,
  },
};
