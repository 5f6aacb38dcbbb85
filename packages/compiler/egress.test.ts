/** Flows to the internet: whose address they get, where they may start, and when that ends. */
import { seconds, type Instant } from "@netwright/base";
import { expect, test } from "vitest";
import { addressRest } from "./allocate/addresses.ts";
import { emptyLedger } from "./ledger.ts";
import { fabric, inner, objectsOf, start, step, type World } from "./testing.ts";

const jobs = (replicas: number, egress = '[{ from: main, to: "2001:db8:f::/48", port: 443 }]'): string =>
  `${inner("jobs", { replicas })}  egress: ${egress}\n`;
const later = (world: World, objects: World["objects"], now: Instant): World =>
  step(objects, world.ledger, world.observed, now, world.objects);

const egressOf = ({ compiled }: World) =>
  [...compiled.states].flatMap(([node, { networks, bgp }]) =>
    networks.flatMap(({ egress = [] }) =>
      egress.map(({ source, to, protocol, port }) => ({
        node,
        source,
        to,
        protocol,
        port,
        announced: bgp.announce.includes(`${source}/128` as never),
      })),
    ),
  );

test("each host with an instance has an address for the service, and announces it", () => {
  expect(egressOf(step(objectsOf(fabric(3), jobs(2))))).toEqual([
    { node: "host1", source: "2001:db8:100::1", to: "2001:db8:f::/48", protocol: "tcp", port: 443, announced: true },
    { node: "host2", source: "2001:db8:100::2", to: "2001:db8:f::/48", protocol: "tcp", port: 443, announced: true },
  ]);
});

test("a rule by name is the same with another end", () => {
  const named = jobs(1, '[{ from: main, to: "*.Example.net", port: 443 }]');
  expect(egressOf(step(objectsOf(fabric(1), named)))).toMatchObject([
    { node: "host1", to: "*.example.net", port: 443 },
  ]);
});

test("without a rule nobody has one; two services on a host have two", () => {
  expect(egressOf(step(objectsOf(fabric(2), jobs(2, "[]"))))).toEqual([]);
  const more = `${inner("more", { replicas: 1 })}  egress: [{ from: main, to: "2001:db8:f::/48", port: 53, protocol: UDP }]\n`;
  const sources = egressOf(step(objectsOf(fabric(1), jobs(1), more))).map(
    ({ source, protocol }) => `${source} ${protocol}`,
  );
  expect(sources).toEqual(["2001:db8:100::1 tcp", "2001:db8:100::2 udp"]);
});

test("an address stays while instances do, rests when they are gone, and meets no other owner before", () => {
  const two = step(objectsOf(fabric(2), jobs(2)));
  const grown = later(two, objectsOf(fabric(2), jobs(4)), (start + seconds(1)) as Instant);
  expect(egressOf(grown)).toEqual(egressOf(two));
  const closed = later(grown, objectsOf(fabric(2), jobs(4, "[]")), (start + seconds(2)) as Instant);
  expect(egressOf(closed)).toEqual([]);
  const again = later(closed, objectsOf(fabric(2), jobs(4)), (start + seconds(3)) as Instant);
  expect(egressOf(again).map(({ source }) => source)).toEqual(["2001:db8:100::3", "2001:db8:100::4"]);
  const rested = later(again, objectsOf(fabric(2), jobs(4)), (start + addressRest + seconds(9)) as Instant);
  expect([...rested.ledger.values()].filter(({ kind }) => kind === "Resting")).toEqual([]);
});

test("hosts know all addresses of the site that lie in the internet, each once and in order, and no others", () => {
  const siteOf = ({ compiled }: World) => [...compiled.states].map(([node, { underlay }]) => [node, underlay.site]);
  expect(siteOf(step(objectsOf(fabric(2), jobs(1)))).flatMap(([, site]) => site ?? [])).toEqual([]);
  const open = (hosts: number) => fabric(hosts).replaceAll("fd00:0:0:", "2001:db8:5:");
  const two = siteOf(step(objectsOf(open(2), jobs(1))));
  const links = ["1:1", "1:2", "2:1", "2:2"].flatMap((link) => [`2:${link}:0:1`, `2:${link}::`]);
  const between = ["2:e::1", "2:e::2", "2:f:1:0:1", "2:f:1::", "2:f:2:0:1", "2:f:2::"];
  const all = ["1::1", "1::2", ...links, ...between].map((end) => `2001:db8:5:${end}`);
  expect(two.filter(([, site]) => site !== undefined)).toEqual([
    ["host1", all],
    ["host2", all],
  ]);
  // A host that comes is told to all.
  const [, third] = siteOf(step(objectsOf(open(3), jobs(1))))
    .filter(([node]) => node === "host1")
    .flat();
  expect(third).toContain("2001:db8:5:1::3");
});

test("what is left of a deleted service speaks on while it drains", () => {
  const one = step(objectsOf(fabric(1), jobs(1)));
  const gone = later(one, objectsOf(fabric(1)), (start + seconds(1)) as Instant);
  expect([...gone.ledger.values()].filter(({ kind }) => kind === "Instance")).toHaveLength(1);
  expect(egressOf(gone)).toEqual(egressOf(one));
});

test("a service that changes its network has an address in each, as long as something of it is there", () => {
  const one = step(objectsOf(fabric(1), jobs(1)));
  const moved = later(
    one,
    objectsOf(fabric(1), jobs(1).replace(/network: \S+/, "network: other")),
    (start + 1) as Instant,
  );
  const sources = [...moved.compiled.states.values()].flatMap(({ networks }) =>
    networks.flatMap(({ name, egress = [] }) => egress.map(({ source }) => `${name} ${source}`)),
  );
  expect(sources.toSorted()).toEqual(
    [`${/network: (\S+)/.exec(jobs(1))?.[1]} 2001:db8:100::1`, "other 2001:db8:100::2"].toSorted(),
  );
});

test("a pool without a free address is said to have none", () => {
  const small = fabric(2).replace("2001:db8:100::/64", "2001:db8:100::/127");
  expect(small).not.toBe(fabric(2));
  const { reconciled } = step(objectsOf(small, jobs(2)), emptyLedger);
  expect(reconciled.diagnostics.map(({ code, message }) => `${code} ${message}`)).toEqual([
    "NW1401 pool default has no free address left: 1 in use, 0 resting",
  ]);
});
