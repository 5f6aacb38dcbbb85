/** Checks on the network of check-network.ts: what holds there, and what does not. */
const program = new URL("topology-check.sh", import.meta.url).pathname;

export type Written = Readonly<Record<string, unknown>>;
/** A check, and what is seen: `holds`, `fails` or `unknown`, and a pattern for its line. */
export type Case = readonly [check: Written, verdict: "holds" | "fails" | "unknown", seen: RegExp];

export const asks = (at: string, check: Written): Written => ({ at, ...check });

export const probes: readonly Case[] = [
  [asks("a", { tcp: { to: "b:80" } }), "holds", /^Open after .* ms$/],
  [asks("a", { tcp: { to: "b:80", is: "Refused" } }), "fails", /^Open/],
  [asks("a", { tcp: { to: "b:81", is: "Dropped" } }), "holds", /^Dropped: nothing for 1 s$/],
  [asks("a", { tcp: { to: "b:81" }, timeout: "200ms" }), "fails", /^Dropped: nothing for (\d+ ms|[\d.]+ s)$/],
  [asks("a", { tcp: { to: "b:82", is: "Refused" } }), "holds", /^Refused by b \(fd00:.*\): RST$/],
  [
    asks("a", { tcp: { to: "b:83", is: "Refused" } }),
    "holds",
    /^Refused by r \(fd00:.*\): administratively prohibited$/,
  ],
  [asks("a", { tcp: { to: "b:84" } }), "fails", /^Refused by b \(fd00:.*\): RST$/],
  [asks("a", { tcp: { to: "[2001:db8:bad::1]:80", is: "Refused" } }), "holds", /^Refused by r .*: no route$/],
  [asks("a", { tcp: { to: "nobody.example:80" } }), "unknown", /^not resolved at a: /],
  [asks("a", { udp: { to: "b:9000", send: "x", answer: { equals: "echo x" } } }), "holds", /answer "echo x"/],
  [asks("a", { udp: { to: "b:9000", answer: { equals: "echo x" } } }), "fails", /answer is "echo ping"/],
  [asks("a", { udp: { to: "b:9001", is: "Refused" } }), "holds", /^Refused by b .*: port unreachable$/],
  [asks("a", { udp: { to: "b:81" }, timeout: "200ms" }), "fails", /^Dropped/],
  [asks("a", { ping: { to: "b", count: 3 } }), "holds", /^3 of 3 Open: Open after/],
  [asks("a", { ping: { to: "c", is: "Dropped" }, timeout: "200ms" }), "holds", /^Dropped/],
  [
    asks("b", { ping: { to: "c", size: 1400, fragment: false, is: "Refused" } }),
    "holds",
    /: packet too big, MTU 1400$/,
  ],
  [asks("b", { ping: { to: "c", size: 1400 } }), "holds", /^Open/],
  [asks("b", { ping: { to: "c", size: 1352, fragment: false } }), "holds", /^Open/],
  [asks("a", { not: true, ping: { to: "b" } }), "fails", /^Open/],
  [asks("a", { not: true, tcp: { to: "nobody.example:80" } }), "unknown", /^not resolved at a: /],
];

const matrix = (port: number, b: string, r: string): Written => ({
  matrix: { port, expect: { a: { b, r }, c: { b } } },
  timeout: "2s",
});

export const services: readonly Case[] = [
  [
    asks("a", {
      http: {
        url: "http://b:8080/",
        answerHeaders: { "X-Word": "^hel" },
        body: { json: { "is[0].ok": true } },
        version: "1.1",
        family: 6,
      },
    }),
    "holds",
    /^status 200/,
  ],
  [asks("a", { http: { url: "http://b:8080/broken" } }), "fails", /^status 503: "no"$/],
  [asks("a", { http: { url: "http://b:8080/old", status: 301 } }), "holds", /^status 301/],
  [asks("a", { http: { url: "http://b:8080/old", redirects: true } }), "holds", /^status 200/],
  [asks("a", { http: { url: "http://b:8080/silent" }, timeout: "200ms" }), "fails", /timed out|no answer in/i],
  [asks("a", { http: { url: "http://b:81/", is: "Dropped" }, timeout: "200ms" }), "holds", /^Dropped/],
  [asks("a", { http: { url: "http://b:82/" } }), "fails", /^no connection: /],
  [
    asks("a", {
      http: {
        url: "https://b:8443/",
        insecure: true,
        certificate: { issuer: { contains: "CN=b" }, names: ["b"], validFor: "1h" },
      },
    }),
    "holds",
    /^status 200/,
  ],
  [
    asks("a", { http: { url: "https://b:8443/", insecure: true, certificate: { names: ["shop.example"] } } }),
    "fails",
    /^not for shop.example: DNS:b$/,
  ],
  [asks("a", { http: { url: "https://b:8443/" } }), "fails", /certificate/],
  [
    asks("a", { dns: { name: "www.example.net", server: "b", answers: ["2001:db8::80"] } }),
    "holds",
    /^NOERROR: 2001:db8::80$/,
  ],
  [
    asks("a", { dns: { name: "www.example.net", server: "b", answers: ["2001:db8::81"] } }),
    "fails",
    /^NOERROR: 2001:db8::80$/,
  ],
  [asks("a", { dns: { name: "none.example.net", server: "b", code: "NXDOMAIN" } }), "holds", /^NXDOMAIN: no answers$/],
  [asks("a", { dns: { name: "www.example.net", server: "r" }, timeout: "1s" }), "unknown", /^no answer from r/],
  [asks("b", { listening: { port: 8080 } }), "holds", /^TCP 8080 is open$/],
  [asks("b", { listening: { port: 9000, protocol: "UDP" } }), "holds", /^UDP 9000 is open$/],
  [asks("b", { listening: { port: 9000 } }), "fails", /^listened on: TCP 53, 80, /],
  [asks("b", { log: { of: "servers", matches: "^serving$" } }), "holds", /^1: "serving"$/],
  [asks("b", { log: { of: "servers", matches: "^serving$", times: 2 } }), "fails", /^1: "serving"$/],
  [asks("b", { log: { of: "nothing", matches: "x" } }), "unknown", /^there is no program nothing at b$/],
  [asks("b", { file: { path: "/etc/test/word", content: { equals: "hello" } } }), "holds", /^content is "hello"$/],
  [asks("b", { file: { path: "/etc/test/word", exists: false } }), "fails", /^a file: "hello"$/],
  [asks("a", { file: { path: "/etc/test/word" } }), "fails", /^no \/etc\/test\/word$/],
  [asks("a", { route: { to: "2001:db8::1", via: ["r"] } }), "holds", /^default via r fd00:.* dev r$/],
  [asks("a", { route: { to: "2001:db8::1", via: ["b"] } }), "fails", /not via b, also via r/],
  [asks("r", { route: { to: "2001:db8:bad::/64", exists: false } }), "holds", /^no route to /],
  [asks("r", { route: { to: "2001:db8:bad::1", exists: false } }), "holds", /^no route to /],
  [asks("r", { route: { to: "nonsense/64", exists: false } }), "unknown", /^exit status 1: /],
  [asks("b", { not: true, log: { of: "nothing", matches: "x" } }), "unknown", /^there is no program nothing at b$/],
  [asks("a", { not: true, command: { run: "no-such-tool" } }), "unknown", /^exit status 127/],
  [asks("a", { not: true, command: { run: "sleep 9" }, timeout: "100ms" }), "unknown", /^still running/],
  [asks("a", { http: { url: "http://b:8080/long", body: { contains: "xxx" } } }), "holds", /longer than 1 MiB/],
  [asks("a", { not: true, http: { url: "http://b:8080/long", body: { contains: "y" } } }), "unknown", /longer than 1 MiB/],
  [asks("r", { route: { to: "2001:db8:bad::/64" } }), "fails", /^no route to /],
  [matrix(80, "Open", "Refused"), "holds", /^3 of 3 pairs as expected$/],
  [matrix(81, "Open", "Refused"), "fails", /^1 of 3 pairs as expected; a to b is not Open: Dropped/],
  [{ matrix: { protocol: "ICMP", expect: { a: { b: "Open", c: "Dropped" } } }, timeout: "2s" }, "holds", /^2 of 2/],
  [{ latency: { from: "a", to: "b", count: 5, atMost: 5000 } }, "holds", /ms$/],
  [{ latency: { from: "a", to: "b", count: 5, atLeast: 10_000 } }, "fails", /ms$/],
  [
    { latency: { from: "a", to: "b", count: 5, atMost: 1000, baseline: { from: "a", to: "r" } } },
    "holds",
    /times the baseline/,
  ],
  [{ throughput: { from: "a", to: "b", for: "1s", atLeast: 1 } }, "holds", /Mbit\/s$/],
  [{ throughput: { from: "a", to: "b", for: "1s", protocol: "UDP", atLeast: 10_000_000 } }, "fails", /Mbit\/s$/],
  [{ program: { path: program, args: ["a b c r"], tap: true } }, "holds", /^2 test points ok$/],
  [
    { program: { path: program, args: ["x"], tap: true } },
    "fails",
    /^1 of 2 not ok: 1 the nodes are x, exit status 1$/,
  ],
  [{ program: { path: program, args: ["x"] } }, "fails", /^exit status 1/],
];

const peers = [
  ["r", "Established"],
  ["c", "Established"],
] as const;
export const routing: readonly Case[] = [
  ...peers.map(([peer, state]): Case => [
    asks("b", { bgp: { peer, state } }),
    "holds",
    new RegExp(`^${peer} .* is ${state}$`),
  ]),
  [asks("r", { bgp: { peer: "b" } }), "holds", /^b .* is Established$/],
  [asks("c", { bgp: {} }), "holds", /^b .* is Established$/],
  [asks("c", { bgp: { peer: "a" } }), "fails", /^no session with a$/],
  [asks("b", { bgp: { state: "Idle" } }), "fails", /is Established/],
  [asks("b", { bgp: { prefix: "2001:db8:f::/48", via: ["r"] } }), "holds", /via r/],
  [asks("r", { bgp: { prefix: "2001:db8:c::/48", via: ["b"] }, eventually: "60s" }), "holds", /via b/],
  [asks("c", { bgp: { prefix: "2001:db8:f::/48", via: ["b"] }, eventually: "60s" }), "holds", /via b/],
  [asks("c", { bgp: { prefix: "2001:db8:9::/48" } }), "fails", /^GoBGP has no BGP route to 2001:db8:9::\/48$/],
  [asks("a", { bgp: {} }), "unknown", /^no BGP speaker runs here/],
];
