/** Whatever is wrong with a manifest: a code, the place, a hint; and nothing is changed anywhere. */
import { randomBytes } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { page, startLab, type LiveLab } from "./live-lab.ts";
import { scratchDirectory } from "./product.ts";

const shopManifest = "examples/shop.yaml";
const head = "apiVersion: netwright.dev/v1alpha1\n";

let lab: LiveLab;
let before: unknown;
let changes: string;

beforeAll(async () => {
  lab = await startLab("bad-input");
  await lab.must("apply", "-f", shopManifest);
  await page(lab, "internet1");
  before = await everything();
  changes = await history();
});
// Whatever is stored is stored by a change; what else could differ is looked at once, in the end.
afterEach(async () => expect(await history()).toBe(changes));
afterAll(() => lab.down());

const history = (): Promise<string> => lab.must("history", "-o", "json");

/** Every object with its revision, every node's wanted revision, and the history. */
async function everything(): Promise<unknown> {
  type Item = {
    readonly metadata: object;
    readonly spec: unknown;
    readonly status?: { readonly revision?: { readonly desired: number } };
  };
  const kinds = ["addresspools", "hosts", "routers", "networks", "services"];
  const lists = await Promise.all(kinds.map((kind) => lab.read<{ items: readonly Item[] }>(kind)));
  const objects = lists.flatMap(({ items }) =>
    items.map(({ metadata, spec, status }) => ({ metadata, spec, desired: status?.revision?.desired })),
  );
  return { objects, history: await lab.json("history") };
}

const service = (name: string, spec: string): string =>
  `${head}kind: Service\nmetadata: { name: ${name} }\nspec:\n${spec}`;
const tiers = (rest = "", port: string | number = 8080): string =>
  `  tiers:\n    - name: web\n      workload: { image: host, command: ["true"], port: ${port} }\n${rest}`;
const expose = (hostname: string, protocol = "HTTPS", rest = ""): string =>
  `  expose:\n    - { hostname: ${hostname}, protocol: ${protocol}${rest} }\n`;
const pool = (name: string, prefix: string): string =>
  `${head}kind: AddressPool\nmetadata: { name: ${name} }\nspec: { prefixes: ["${prefix}"] }\n`;

/** Aliases of aliases: 10 levels of 10. */
const bomb = `${head}kind: Service\nmetadata: { name: bomb }\nspec:\n  a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n${Array.from(
  { length: 10 },
  (_, level) => `  a${level + 1}: &a${level + 1} [${Array(10).fill(`*a${level}`).join(", ")}]\n`,
).join("")}`;

interface Bad {
  readonly what: string;
  readonly text: string | Buffer;
  readonly code: string;
  readonly exit: number;
  /** In what is printed: the field, mostly. */
  readonly says: string | RegExp;
  /** Line and column; left out where there is no one place. */
  readonly at?: string;
}

const bad: readonly Bad[] = [
  {
    what: "an unknown field",
    text: service("a", `${tiers()}  replica: 3\n`),
    code: "NW1201",
    exit: 4,
    says: "replica",
    at: "8:3",
  },
  {
    what: "an unknown kind",
    text: `${head}kind: Servce\nmetadata: { name: a }\nspec: {}\n`,
    code: "NW1104",
    exit: 4,
    says: "Service",
    at: "2:7",
  },
  {
    what: "an unknown API version",
    text: "apiVersion: v1\nkind: Service\nmetadata: { name: a }\nspec: {}\n",
    code: "NW1104",
    exit: 4,
    says: "netwright.dev/v1alpha1",
    at: "1:13",
  },
  { what: "no object at all", text: `${head}- 1\n`, code: "NW1102", exit: 4, says: "" },
  { what: "a list instead of an object", text: "[1, 2]\n", code: "NW1103", exit: 4, says: "" },
  {
    what: "no name",
    text: `${head}kind: Service\nmetadata: {}\nspec:\n${tiers()}`,
    code: "NW1202",
    exit: 4,
    says: "metadata.name",
  },
  {
    what: "a wrong type",
    text: service("a", tiers("      replicas: many\n")),
    code: "NW1204",
    exit: 4,
    says: "tiers[0].replicas",
    at: "8:17",
  },
  {
    what: "a missing field",
    text: service("a", "  tiers:\n    - name: web\n      workload: { image: host, port: 8080 }\n"),
    code: "NW1202",
    exit: 4,
    says: "command",
    at: "7:7",
  },
  {
    what: "broken YAML",
    text: `${head}kind: [Service\nmetadata: { name: a }\n`,
    code: "NW1102",
    exit: 4,
    says: "",
    at: "",
  },
  {
    what: "the same object twice",
    text: `${service("a", tiers())}---\n${service("a", tiers())}`,
    code: "NW1106",
    exit: 4,
    says: "service/a",
  },
  {
    what: "a port out of range",
    text: service("a", tiers("", 80800)),
    code: "NW1203",
    exit: 4,
    says: "80800 is not a port",
    at: "7:57",
  },
  {
    what: "a bad hostname",
    text: service("a", expose("no_host..name") + tiers()),
    code: "NW1203",
    exit: 4,
    says: "expose[0].hostname",
    at: "6:19",
  },
  {
    what: "a reference to no pool",
    text: service("a", `  pool: nowhere\n${expose("a.example.net")}${tiers()}`),
    code: "NW1301",
    exit: 4,
    says: "nowhere",
    at: "5:9",
  },
  {
    what: "a reference to no service",
    text: service("a", `${tiers()}  allow:\n    - { from: { service: nobody, tier: web }, to: web }\n`),
    code: "NW1301",
    exit: 4,
    says: "nobody",
    at: "9:26",
  },
  { what: "overlapping pools", text: pool("more", "2001:db8:100::/56"), code: "NW1302", exit: 5, says: "default" },
  {
    what: "more listeners than a pool has addresses",
    text: `${pool("tiny", "2001:db8:200::/127")}---\n${service("a", `  pool: tiny\n${expose("a.example.net")}${tiers()}`)}---\n${service("b", `  pool: tiny\n${expose("b.example.net")}${tiers()}`)}`,
    code: "NW1401",
    exit: 4,
    says: "tiny",
  },
  {
    what: "replicas beyond capacity",
    text: service("a", tiers("      replicas: 9000\n")),
    code: "NW1402",
    exit: 4,
    says: "9000",
  },
  {
    what: "replicas that must spread over more hosts than there are",
    text: service("a", tiers("      replicas: 4\n      spread: required\n")),
    code: "NW1402",
    exit: 4,
    says: "4",
  },
  {
    what: "a hostname and port that another service has",
    text: service("a", expose("shop.example.net") + tiers()),
    code: "NW1302",
    exit: 5,
    says: "shop",
    at: "6:19",
  },
  {
    what: "two of one manifest that claim one hostname and port",
    text: `${service("a", expose("a.example.net") + tiers())}---\n${service("b", expose("a.example.net") + tiers())}`,
    code: "NW1302",
    exit: 5,
    says: "a.example.net",
  },
  {
    what: "a file that is not there",
    text: service(
      "a",
      '  tiers:\n    - name: web\n      workload:\n        { image: host, command: ["true"], port: 80, files: [{ path: /x, source: not-there }] }\n',
    ),
    code: "NW1107",
    exit: 4,
    says: "not-there",
  },
  {
    what: "an image without its registry",
    text: service("a", tiers().replace("image: host", "image: nginx")),
    code: "NW1203",
    exit: 4,
    says: "docker.io/library/nginx",
    at: "",
  },
  { what: "10 MB", text: `${service("a", tiers())}# ${"x".repeat(10_000_000)}\n`, code: "NW1105", exit: 4, says: "" },
  { what: "binary junk", text: randomBytes(4096), code: "NW11", exit: 4, says: "" },
  { what: "zero bytes in YAML", text: `${head}kind: \0Service\n`, code: "NW11", exit: 4, says: "" },
  { what: "an alias bomb", text: bomb, code: "NW1105", exit: 4, says: "alias" },
  {
    what: "aliases that name themselves",
    text: `${head}kind: Service\nmetadata: &m { name: a, labels: *m }\n`,
    code: "NW1",
    exit: 4,
    says: "",
  },
  { what: "nothing at all", text: "", code: "NW1", exit: 4, says: "" },
];

test.each(bad)("$what: $code", async ({ text, code, exit, says, at }) => {
  const file = join(scratchDirectory(), "bad.yaml");
  writeFileSync(file, text);
  for (const verb of ["plan", "apply"]) {
    const { code: status, stdout, stderr } = await lab.netwright(verb, "-f", file);
    expect({ verb, status, stderr: stderr.slice(0, 2000) }).toMatchObject({ status: exit });
    expect(stderr).toMatch(new RegExp(`^error ${code}\\d* [a-z]+: `));
    expect(stderr).toContain(says);
    expect(stderr).toContain(file);
    if (at !== undefined) expect(stderr).toContain(`${file}:${at}`);
    expect(stderr).not.toMatch(/\n\s+at .*:\d+:\d+\)/);
    expect(stdout).toBe("");
    expect(stderr.length).toBeLessThan(20_000);
  }
});

test("one bad object among good ones: none of them is made", async () => {
  const directory = scratchDirectory();
  mkdirSync(join(directory, "deep"));
  writeFileSync(join(directory, "good.yaml"), service("good", tiers()));
  writeFileSync(join(directory, "deep/bad.yaml"), service("a", tiers("", 0)));
  writeFileSync(join(directory, "worse.yaml"), service("b", `${tiers()}  nonsense: 1\n`));
  const { code, stderr } = await lab.netwright("apply", "-f", directory);
  expect(code).toBe(4);
  // Everything that is wrong, at once.
  expect(stderr).toContain("NW1203");
  expect(stderr).toContain("NW1201");
});

test("what is not on the command line's list", async () => {
  for (const [words, exit, code] of [
    [["apply", "-f", "/nowhere.yaml"], 4, "NW1101"],
    [["scale", "service/shop", "web=many"], 2, "NW1001"],
    [["scale", "service/shop", "cellar=2"], 3, "NW1501"],
    [["scale", "service/nobody", "web=2"], 3, "NW1501"],
    [["scale", "service/shop", "web=9000"], 4, "NW1402"],
    [["delete", "addresspool/default"], 5, "NW1303"],
    [["get", "gizmos"], 2, "NW1"],
    [["undo", "999"], 3, "NW1501"],
  ] as const) {
    const said = await lab.netwright(...words);
    expect({ words, code: said.code, stderr: said.stderr }).toMatchObject({
      code: exit,
      stderr: expect.stringContaining(code) as string,
    });
  }
});

test("in all of this nothing was changed anywhere", async () => {
  expect(await everything()).toEqual(before);
  await page(lab, "internet1");
});
