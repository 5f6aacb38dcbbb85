/** What programs of nodes read, as goldens that the engines' own checkers accept. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { nodeRunner } from "@netwright/system";
import { afterAll, expect, test } from "vitest";
import { labPaths } from "../record/paths.ts";
import { defaultLab } from "../topology/default-lab.ts";
import { planLab } from "../topology/plan-lab.ts";
import { agentPrograms, serverProgram } from "./netwright.ts";
import { enginePrograms, nodeFiles } from "./node-programs.ts";

const directory = mkdtempSync(join(tmpdir(), "netwright-lab-"));
afterAll(() => rmSync(directory, { recursive: true }));

const topology = planLab(defaultLab({ hosts: 1 }));
const secret = Buffer.from("a secret for goldens only").toString("base64");
const files = nodeFiles(topology, secret);

function contentOf(path: string): string | undefined {
  return files.find((file) => file.path === path)?.content;
}

/** Beside its zone file, so that knot finds it. */
const knotBeside = join(directory, "beside.conf");
writeFileSync(knotBeside, (contentOf("knot/knot.conf") ?? "").replaceAll("/var/lib/netwright", directory));

const checks: readonly (readonly [
  node: string,
  path: string,
  check: (file: string) => readonly [string, ...string[]],
])[] = [
  ["provider", "frr/zebra.conf", (file) => ["vtysh", "-C", "-f", file]],
  ["provider", "frr/bgpd.conf", (file) => ["vtysh", "-C", "-f", file]],
  ["provider", "frr/bfdd.conf", (file) => ["vtysh", "-C", "-f", file]],
  ["resolver", "unbound/lab.conf", (file) => ["unbound-checkconf", file]],
  ["dns", "knot/knot.conf", (file) => ["knotc", "-c", file, "conf-check"]],
  ["dns", "example.net.zone", () => ["knotc", "-c", knotBeside, "zone-check", "example.net"]],
];

test.each(checks)("%s: %s is the golden and its engine takes it", async (_node, path, check) => {
  const content = contentOf(path) ?? "";
  await expect(content).toMatchFileSnapshot(`golden/${path.replaceAll("/", ".")}`);
  const copy = join(directory, path.replaceAll("/", "."));
  writeFileSync(copy, content);
  expect(await nodeRunner.run(check(copy))).toMatchObject({ code: 0 });
});

test("an edge of others is the golden, and FRR takes it", async () => {
  const lab = defaultLab({ hosts: 2 });
  const nodes = lab.spec.nodes.map((node) => (node.role === "Edge" ? { ...node, managed: false } : node));
  const theirs = planLab({ ...lab, spec: { ...lab.spec, nodes } });
  expect(enginePrograms(theirs).filter(({ node }) => node === "edge1")).toHaveLength(3);
  const programs = { server: ["/server"], agent: ["/agent"] } as const;
  expect(agentPrograms(theirs, programs).map(({ node }) => node)).toEqual(["host1", "host2"]);
  for (const name of ["zebra", "bgpd", "bfdd"]) {
    const file = nodeFiles(theirs, secret).find(({ node, path }) => node === "edge1" && path === `frr/${name}.conf`);
    const content = file?.content ?? "";
    await expect(content).toMatchFileSnapshot(`golden/edge-of-others.${name}.conf`);
    const copy = join(directory, `edge-of-others.${name}.conf`);
    writeFileSync(copy, content);
    expect(await nodeRunner.run(["vtysh", "-C", "-f", copy])).toMatchObject({ code: 0 });
  }
});

test("checkers see mistakes", async () => {
  writeFileSync(join(directory, "example.net.zone"), "@ SOA nonsense\n");
  expect((await nodeRunner.run(["knotc", "-c", knotBeside, "zone-check", "example.net"])).code).not.toBe(0);
  const copy = join(directory, "broken.conf");
  writeFileSync(copy, "router bgp 64500\n neighbr fd00::1 remote-as 1\n");
  expect((await nodeRunner.run(["vtysh", "-C", "-f", copy])).code).not.toBe(0);
});

test("names, keys and command lines", async () => {
  const given = files.filter(({ path }) => ["resolv.conf", "hosts", "dns.key"].includes(path));
  const programs = { server: ["node", "server"], agent: ["node", "agent"] } as const;
  const server = serverProgram(topology, labPaths("t"), programs);
  const all = [...enginePrograms(topology), ...(server === null ? [] : [server]), ...agentPrograms(topology, programs)];
  const lines = all.map(({ node, program, command }) => `${node} ${program}: ${command.join(" ")}\n`);
  const shown = given.map(({ node, path, content }) => `--- ${node} ${path}\n${content}`);
  await expect([...shown, "--- programs\n", ...lines].join("")).toMatchFileSnapshot("golden/names-and-programs.txt");
});
