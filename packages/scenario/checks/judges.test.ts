/** What holds and what does not, where looking itself needs no node. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { milliseconds } from "@netwright/base";
import { defaultLab, planLab } from "@netwright/lab";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { percentileOf, printBounds, printMeasured, within } from "./bounds.ts";
import { judgeCounts } from "./capture.ts";
import { isUndecided } from "./expect-text.ts";
import { certificateProblem } from "./http-certificate.ts";
import { bodyMark, curlArguments, parseCurl } from "./http-curl.ts";
import { authorityOf, problemsOf } from "./http.ts";
import { problemsOf as loadProblems } from "./load.ts";
import { gridOf } from "./matrix.ts";
import { nextHopsProblem, printNextHops } from "./next-hops.ts";
import { hostFor, printHolder } from "./nodes.ts";
import { objectProblems, parseObjectRef, placementProblems } from "./object.ts";
import { GrowingPcap, parseCounts } from "./pcap.ts";
import { isAnswer } from "./route.ts";

const topology = planLab(defaultLab({ hosts: 2 }));
const addressOf = (node: string, peer: string): string =>
  String(topology.nodes.find(({ name }) => name === node)?.ports.find((port) => port.peer.node === peer)?.address);

describe("nodes behind names and addresses", () => {
  test("a node is known by its address on the link between both; others are resolved at the node", () => {
    expect(hostFor(topology, "edge1", "provider", undefined)).toBe(addressOf("provider", "edge1"));
    expect(hostFor(topology, "edge2", "provider", 6)).toBe(addressOf("provider", "edge2"));
    expect(hostFor(topology, "edge1", "provider", 4)).toBe("provider");
    expect(hostFor(topology, "edge1", "shop.example.net", undefined)).toBe("shop.example.net");
    expect(printHolder(topology, addressOf("host1", "edge1"))).toBe(`host1 (${addressOf("host1", "edge1")})`);
    expect(printHolder(topology, "192.0.2.1")).toBe("192.0.2.1");
  });

  test("next hops are called by node, address or device; all and no other must be there", () => {
    const device = topology.nodes
      .find(({ name }) => name === "edge1")
      ?.ports.find(({ peer }) => peer.node === "host1")?.interface;
    const hops = [
      { address: addressOf("provider", "edge1"), device: "x" },
      { address: "fe80::1234", device: String(device) },
    ];
    expect(nextHopsProblem(topology, "edge1", hops, ["provider", "host1"])).toBeUndefined();
    expect(nextHopsProblem(topology, "edge1", hops, ["fe80::1234", "x"])).toBeUndefined();
    expect(nextHopsProblem(topology, "edge1", hops, ["provider"])).toBe(`also via host1 fe80::1234 dev ${device}`);
    expect(nextHopsProblem(topology, "edge1", hops.slice(0, 1), ["provider", "host2"])).toBe("not via host2");
    const known = [{ address: addressOf("provider", "edge1"), device: String(device) }];
    expect(nextHopsProblem(topology, "edge1", known, ["host1"])).toMatch(/^not via host1, also via provider /);
    expect(printNextHops(topology, "edge1", [])).toBe("with no next hop");
  });
});

describe("http", () => {
  const spec = {
    url: "https://shop.example.net/",
    method: "GET",
    headers: {},
    status: 200,
    answerHeaders: {},
    insecure: false,
    redirects: false,
    is: "Open",
  } as const;
  const facts = (more = "") =>
    `${bodyMark}{"server":["nginx"],"set-cookie":["a=1","b=2"]}\u001e${more}\u001e{"http_code":200,"http_version":"2","errormsg":null}`;

  test("curl's report is behind the body, whatever that is", () => {
    const answer = parseCurl('{"ok": true}\n', facts());
    expect(answer).toMatchObject({
      status: 200,
      version: "2",
      body: '{"ok": true}\n',
      certificate: "",
      error: "no reason given",
    });
    expect(problemsOf(spec, answer, 0)).toEqual([]);
    expect(problemsOf({ ...spec, answerHeaders: { Server: "^nginx", "Set-Cookie": "b=2" } }, answer, 0)).toEqual([]);
    expect(
      problemsOf(
        {
          ...spec,
          status: 404,
          version: "1.1",
          answerHeaders: { Server: "Apache", Etag: "." },
          body: { json: { ok: 1 } },
        },
        answer,
        0,
      ),
    ).toEqual(['status 200: "{\\"ok\\": true}"', "HTTP/2", "Server is nginx", "no header Etag", "body has true at ok"]);
    expect(problemsOf({ ...spec, certificate: {} }, answer, 0)).toEqual(["no certificate: the connection has no TLS"]);
  });

  test("names of nodes are known to curl, others it resolves itself", () => {
    const line = (url: string, more = {}) =>
      curlArguments({ ...spec, ...more, url }, topology, "edge1", milliseconds(2500)).join(" ");
    expect(line("http://provider:8080/x")).toContain(`--resolve provider:8080:[${addressOf("provider", "edge1")}]`);
    expect(line("https://shop.example.net/")).not.toContain("--resolve");
    expect(line("http://a/", { send: "{}", method: "POST", headers: { "content-type": "application/json" } })).toMatch(
      /--max-time 2.500 --request POST --header content-type: application\/json --data-raw \{\} --write-out/,
    );
    expect(line("http://a/", { version: "2", family: 6, redirects: true, method: "HEAD" })).toMatch(
      /--head -6 --http2-prior-knowledge --location/,
    );
    expect([authorityOf("http://a/"), authorityOf("https://[::1]/x"), authorityOf("http://a:81")]).toEqual([
      "a:80",
      "[::1]:443",
      "a:81",
    ]);
  });

  test("a certificate's issuer, names and time", () => {
    const directory = mkdtempSync(join(tmpdir(), "netwright-certificate-"));
    const path = join(directory, "a.pem");
    const subject = [
      "-subj",
      "/O=Netwright/CN=lab",
      "-addext",
      "subjectAltName=DNS:shop.example.net,DNS:*.wild.example",
    ];
    execFileSync(
      "openssl",
      [
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
        "-keyout",
        "/dev/null",
        "-out",
        path,
        "-days",
        "2",
        ...subject,
      ],
      { stdio: "ignore" },
    );
    const pem = readFileSync(path, "utf8");
    rmSync(directory, { recursive: true });
    const problems = (expected: object, now = Date.now()) => certificateProblem(expected, pem, now);
    expect(
      problems({ issuer: { contains: "CN=lab" }, names: ["shop.example.net", "a.wild.example"], validFor: 86_400_000 }),
    ).toEqual([]);
    expect(problems({ issuer: { contains: "CN=other" } })).toEqual(['issuer is "O=Netwright, CN=lab"']);
    expect(problems({ names: ["other.example"] })).toEqual([
      "not for other.example: DNS:shop.example.net, DNS:*.wild.example",
    ]);
    expect(problems({ validFor: 3 * 86_400_000 })[0]).toMatch(/^valid until 20/);
  });
});

describe("object", () => {
  const spec = { ref: "service/shop", status: "True", exists: true } as const;
  const found = {
    spec: { tiers: [{ replicas: 2 }] },
    status: { conditions: [{ type: "Ready", status: "False", reason: "Starting", message: "web starts" }] },
  };

  test("conditions and fields", () => {
    expect(objectProblems({ ...spec, condition: "Ready" }, found)).toEqual(["Ready is False (Starting): web starts"]);
    expect(objectProblems({ ...spec, condition: "Ready", status: "False", reason: "Starting" }, found)).toEqual([]);
    expect(objectProblems({ ...spec, condition: "Placed" }, found)).toEqual(["no condition Placed: Ready"]);
    expect(objectProblems({ ...spec, fields: { "spec.tiers[0].replicas": 2 } }, found)).toEqual([]);
    expect(objectProblems({ ...spec, fields: { "spec.tiers[0].replicas": 3 } }, found)).toEqual([
      "has 2 at spec.tiers[0].replicas",
    ]);
  });

  test("where instances are ready", () => {
    const at = (tier: string, host: string) => ({ spec: { service: "shop", tier, host } });
    const ready = [at("web", "host2"), at("web", "host1"), at("lb", "host1")];
    expect(placementProblems({ web: ["host1", "host2"], lb: ["host1"] }, ready)).toEqual([]);
    expect(placementProblems({ web: ["host1"], proxy: [] }, ready)).toEqual(["web is ready on host1, host2"]);
    expect(placementProblems({ proxy: ["host1"] }, ready)).toEqual(["proxy is ready on no host"]);
  });

  test("its name", () => {
    expect(parseObjectRef("svc/shop")).toEqual({ kind: "Service", name: "shop", project: "default" });
    expect(parseObjectRef("team/service/shop")).toEqual({ kind: "Service", name: "shop", project: "team" });
    expect(parseObjectRef("host/host1")).toEqual({ kind: "Host", name: "host1" });
    expect(() => parseObjectRef("shop")).toThrow("does not name an object");
  });
});

test("a load's requests", () => {
  const spec = { name: "shop", failed: 0, atLeast: 10, p99: milliseconds(50) };
  const failures = [{ at: milliseconds(1200), message: "status 503" }];
  const counts = { succeeded: 9, failed: 1, p99: milliseconds(80), failures };
  expect(loadProblems(spec, counts)).toEqual([
    "1 of 10 failed, the first after 1.2 s: status 503",
    "9 succeeded",
    "99 of 100 within 80 ms",
  ]);
  expect(loadProblems({ ...spec, failed: 1, atLeast: 9, p99: milliseconds(80) }, counts)).toEqual([]);
});

test("ip that fails says nothing of routes, unless it says that there is none", () => {
  const answers = (code: number, stderr: string, timedOut = false) => isAnswer({ code, stderr, timedOut });
  expect([answers(0, ""), answers(2, "RTNETLINK answers: Network is unreachable\n")]).toEqual([true, true]);
  expect([answers(127, "no ip"), answers(1, "Error: any valid prefix is expected"), answers(0, "", true)]).toEqual([
    false,
    false,
    false,
  ]);
});

test("the beginning of a text decides what is in it, and not what is missing", () => {
  expect(isUndecided({ contains: "x" }, true, undefined)).toBe(false);
  expect(isUndecided({ contains: "x" }, true, "is y")).toBe(true);
  expect(isUndecided({ equals: "x" }, true, undefined)).toBe(true);
  expect(isUndecided({ contains: "x" }, false, "is y")).toBe(false);
  expect(isUndecided(undefined, true, undefined)).toBe(false);
});

test("a grid has a column for each that is asked, and room where nobody asks", () => {
  const cell = (from: string, to: string, fate: "Open" | "Dropped") =>
    ({ from, to, expected: "Open", outcome: { fate, seen: "x" } }) as const;
  expect(gridOf([cell("a", "b", "Open"), cell("b", "a", "Dropped"), cell("b", "c", "Open")])).toEqual({
    columns: ["b", "a", "c"],
    rows: [
      { name: "a", cells: [{ expected: "Open", seen: "Open" }, null, null] },
      { name: "b", cells: [null, { expected: "Open", seen: "Dropped" }, { expected: "Open", seen: "Open" }] },
    ],
  });
});

test("bounds and percentiles", () => {
  expect([within({ atLeast: 2 }, 2), within({ atMost: 2 }, 2.1), within({ atLeast: 1, atMost: 3 }, 2)]).toEqual([
    true,
    false,
    true,
  ]);
  expect(printBounds({ atLeast: 1, atMost: 2 }, "ms")).toBe("at least 1 ms, at most 2 ms");
  expect(printMeasured(12.345, "ms", undefined)).toBe("12.3 ms");
  expect(printMeasured(12, "ms", 10)).toBe("12 ms, 1.2 times the baseline of 10 ms");
  expect([0, 50, 99, 100].map((part) => percentileOf([1, 2, 3, 4], part))).toEqual([1, 2, 4, 4]);
});

describe("captures", () => {
  test.each([true, false])("packets are counted however the stream is cut (little-endian: %s)", (little) => {
    const number = (value: number): Buffer => {
      const buffer = Buffer.alloc(4);
      if (little) buffer.writeUInt32LE(value);
      else buffer.writeUInt32BE(value);
      return buffer;
    };
    fc.assert(
      fc.property(
        fc.array(fc.nat(50)),
        fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }),
        (lengths, cuts) => {
          const packets = lengths.map((length) =>
            Buffer.concat([number(1), number(2), number(length), number(length), Buffer.alloc(length)]),
          );
          const file = Buffer.concat([number(0xa1b2c3d4), Buffer.alloc(20), ...packets]);
          const pcap = new GrowingPcap(1_000_000);
          for (let at = 0, turn = 0; at < file.length; turn++) {
            const cut = cuts[turn % cuts.length] as number;
            pcap.push(file.subarray(at, at + cut));
            at += cut;
          }
          expect(pcap.packets).toBe(lengths.length);
          expect(pcap.content().equals(file)).toBe(true);
        },
      ),
    );
  });

  test("what tcpdump lost counts against max, and where it decides nobody knows", () => {
    const judged = (bounds: object, captured: number, dropped: number) => judgeCounts(bounds, { captured, dropped });
    expect(judged({ max: 0 }, 0, 0)).toEqual({ ok: true, unknown: false });
    expect(judged({ max: 0 }, 0, 1)).toEqual({ ok: false, unknown: true });
    expect(judged({ max: 2 }, 3, 1)).toEqual({ ok: false, unknown: false });
    expect(judged({ min: 2 }, 2, 5)).toEqual({ ok: true, unknown: false });
    expect(judged({ min: 3 }, 2, 5)).toEqual({ ok: false, unknown: true });
    expect(judged({ min: 3 }, 2, 0)).toEqual({ ok: false, unknown: false });
  });

  test("what tcpdump says when it is asked", () => {
    const text = (captured: number) =>
      `tcpdump: ${captured} packets captured, 5 packets received by filter, 1 packet dropped by kernel\n`;
    expect(parseCounts(text(3) + text(4))).toEqual({ asked: 2, last: { captured: 4, received: 5, dropped: 1 } });
    expect(parseCounts("tcpdump: listening on a\n")).toBeUndefined();
  });
});
