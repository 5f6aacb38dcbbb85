import { expect, test } from "vitest";
import { parseManifests } from "../../load/parse-manifests.ts";
import type { ContractOf } from "./clause.ts";
import { readContract } from "./read-contract.ts";

function read(manifest: string): ContractOf {
  const { objects, diagnostics } = parseManifests(manifest, "test.yaml");
  expect(diagnostics).toEqual([]);
  const [loaded] = objects;
  const contract = loaded === undefined ? undefined : readContract(loaded.object);
  if (contract === undefined) throw new Error("no contract");
  return contract;
}

const head = (kind: string, metadata: string): string =>
  `apiVersion: netwright.dev/v1alpha1\nkind: ${kind}\nmetadata: ${metadata}\nspec:\n`;
const inContract = (...clauses: readonly string[]): ContractOf["clauses"] =>
  read(`${head("Contract", "{ name: site }")}  ensures:\n${clauses.map((each) => `    - ${each}\n`).join("")}`).clauses;
const inService = (clause: string): ContractOf["clauses"][number] | undefined =>
  read(
    `${head("Service", "{ name: shop, project: blue }")}  tiers: [{ name: web, workload: { image: host, command: [x], port: 80 } }]\n  contract: { ensures: [${clause}] }\n`,
  ).clauses[0];
const inNetwork = (clause: string): ContractOf["clauses"][number] | undefined =>
  read(`${head("Network", "{ name: back }")}  contract: { invariants: [${clause}] }\n`).clauses[0];

test("the four forms, each with the protocols and ports that it means", () => {
  const clauses = inContract(
    "{ from: internet, canReach: { service: shop } }",
    "{ from: internet, cannotReach: { tier: db }, name: hidden }",
    "{ from: anything, reaches: { tier: db }, onlyThrough: [{ tier: proxy }, { tier: web }] }",
    '{ onlyFrom: { tier: web }, reaches: { tier: db }, ports: ["8000-8010", 5432, 8011, "8005-8006"] }',
  );
  const web = { project: "default", tier: "web" };
  const db = { project: "default", tier: "db" };
  expect(clauses).toEqual([
    {
      name: "ensures[0]",
      kind: "Ensures",
      path: ["spec", "ensures", 0],
      form: "CanReach",
      from: ["internet"],
      to: [{ project: "default", service: "shop" }],
      protocols: ["tcp"],
      ports: [],
      through: [],
      despiteHostLoss: false,
    },
    expect.objectContaining({ name: "hidden", form: "CannotReach", to: [db], protocols: ["tcp", "udp", "icmp"] }),
    expect.objectContaining({ form: "OnlyThrough", through: [{ project: "default", tier: "proxy" }, web] }),
    expect.objectContaining({
      form: "OnlyFrom",
      from: [web],
      protocols: ["tcp", "udp"],
      ports: [
        { first: 5432, last: 5432 },
        { first: 8000, last: 8011 },
      ],
    }),
  ]);
});

test("what may be written beside a form", () => {
  const written =
    "{ from: internet, canReach: { service: shop }, through: [{ service: shop, tier: proxy }], protocol: UDP, despite: host-loss, monitor: { every: 10s } }";
  expect(inContract(written)[0]).toMatchObject({
    through: [{ project: "default", service: "shop", tier: "proxy" }],
    protocols: ["udp"],
    despiteHostLoss: true,
    monitor: { everyMs: 10_000 },
  });
  expect(inContract("{ from: internet, canReach: { service: shop }, protocol: any }")[0]?.protocols).toEqual([
    "tcp",
    "udp",
  ]);
});

test("in a Service a plain word, and a tier alone, is its own; other services are of its project", () => {
  const own = { project: "blue", service: "shop", tier: "web" };
  expect(inService("{ from: [web, { tier: web }], canReach: { service: db } }")).toMatchObject({
    path: ["spec", "contract", "ensures", 0],
    from: [own, own],
    to: [{ project: "blue", service: "db" }],
  });
  expect(inService("{ from: { network: back }, cannotReach: { labels: { a: b } } }")).toMatchObject({
    from: [{ project: "blue", network: "back" }],
    to: [{ project: "blue", labels: { a: "b" } }],
  });
});

test("in a Network selectors are of it, unless they name another one", () => {
  const clause = inNetwork("{ from: 2001:DB8:5::/48, cannotReach: [{ tier: db }, { network: front }] }");
  expect(clause).toMatchObject({
    kind: "Invariant",
    from: [{ cidr: "2001:db8:5::/48" }],
    to: [
      { project: "default", network: "back", tier: "db" },
      { project: "default", network: "front" },
    ],
  });
});

test("in a Contract names are of project default, labels of all projects", () => {
  const to = "[{ labels: { a: b } }, { project: red, tier: db }, { network: back, labels: { a: b } }]";
  expect(inContract(`{ from: 10.0.0.0/8, cannotReach: ${to} }`)[0]).toMatchObject({
    from: [{ cidr: "10.0.0.0/8" }],
    to: [
      { labels: { a: "b" } },
      { project: "red", tier: "db" },
      { project: "default", network: "back", labels: { a: "b" } },
    ],
  });
});

test("justifications", () => {
  const text = `${head("Contract", "{ name: site, labels: {} }")}  ensures: [{ name: a, from: internet, cannotReach: { tier: db } }]\n  justified: [{ clause: a, reason: pilot }]\n`;
  expect(read(text)).toMatchObject({
    object: "contract/site",
    justified: [{ clause: "a", reason: "pilot", path: ["spec", "justified", 0] }],
  });
});
