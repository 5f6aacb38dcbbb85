/** Canaries in every place that a node's facts are read from: none may be in what is told. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { FactFile } from "@netwright/api";
import type { HostState, NodeSystem } from "@netwright/contract";
import { nodeSystem } from "@netwright/system";
import { afterAll, expect, test } from "vitest";
import { collectFacts } from "./collect.ts";
import { nodeSources } from "./commands.ts";

const directory = mkdtempSync(join(tmpdir(), "netwright-facts-"));
afterAll(() => rmSync(directory, { recursive: true }));

const canary = (what: string): string => `canary-${what}-7f3a9c51e2`;
const pem = (what: string): string => `-----BEGIN PRIVATE KEY-----\n${canary(what)}\n-----END PRIVATE KEY-----\n`;
const base64 = (text: string): string => Buffer.from(text).toString("base64");

const paths = { run: join(directory, "run"), state: join(directory, "state") };
const passwordFile = join(directory, "bgp.password");
const write = (path: string, text: string): void => {
  mkdirSync(join(path, ".."), { recursive: true });
  writeFileSync(path, text);
};
write(passwordFile, `${canary("bgp")}\n`);
write(join(paths.state, "agent.token"), `${canary("agent-token")}\n`);
const chatter = [
  `it logs ${canary("secret")} and ${base64(`user:${canary("secret")}`)}`,
  `PASSWORD=${canary("variable")}`,
  `bgp ${canary("bgp")} token ${canary("agent-token")} nw_0123456789abcdef_${canary("token")}`,
  `hmac-sha256:key:${base64(canary("tsig"))} {"auth": "${base64(canary("registry"))}"}`,
  `password "${canary("bird")}" https://user:${canary("url")}@registry.example/`,
  JSON.stringify({ key: pem("tls") }),
  pem("certificate"),
  base64(pem("certificate")),
  "an ordinary line",
].join("\n");
write(join(paths.state, "logs/default.shop-web-1.log"), chatter);
write(join(paths.run, "bird/bird.log"), chatter);

const workload = {
  id: "shop-web-1",
  run: {
    kind: "Container",
    env: [{ name: "PLAIN", value: canary("env") }],
    files: [{ path: "/etc/x", content: base64(canary("file")), mode: 420 }],
  },
};
const proxy = {
  id: "shop-proxy-1",
  run: { kind: "Proxy", listeners: [], backends: [], certificates: [{ name: "shop", digest: "p" }] },
};
const state = {
  node: "host1",
  role: "Host",
  underlay: { vtep: "fd00:0:0:1::1", hostId: 1, tunnelPeers: [], externalInterfaces: [] },
  networks: [{ project: "default", name: "web", vni: 7, mtu: 1430, workloads: [workload, proxy] }],
  bgp: { asn: 1, routerId: "10.64.0.1", pools: [], neighbors: [{ name: "edge", foreign: { passwordFile } }] },
  secrets: [
    { digest: "d", value: base64(canary("secret")) },
    { digest: "p", value: base64(`-----BEGIN CERTIFICATE-----\nAAAA\n${pem("certificate")}`) },
  ],
} as unknown as HostState;

/** Every program says what nobody should hear. */
const system: NodeSystem = {
  ...nodeSystem(paths),
  runner: {
    ...nodeSystem(paths).runner,
    run: async (command) => ({ code: 0, stdout: `${command.join(" ")}\n${chatter}`, stderr: "" }),
  },
};

async function collected(): Promise<readonly FactFile[]> {
  const files: FactFile[] = [];
  for await (const file of collectFacts({ system, state, hostname: "host1", log: chatter })) files.push(file);
  return files;
}

test("no canary is told, in no form; everything else is", async () => {
  const files = await collected();
  for (const { path, text, problem } of files) {
    const all = `${text}${problem}`;
    const decoded = [...all.matchAll(/[A-Za-z0-9+/]{16,}={0,2}/g)].map(([part]) =>
      Buffer.from(part, "base64").toString(),
    );
    for (const seen of [all, ...decoded]) expect(seen, path).not.toMatch(/canary-|7f3a9c51e2|\d-7f3a/);
  }
  const told = files.map(({ path }) => path);
  expect(told).toEqual(
    expect.arrayContaining([...nodeSources.map(({ path }) => path), "state.json", "agent.log", "bird.log"]),
  );
  expect(files.find(({ path }) => path === "instances/default.shop-web-1.log")?.text).toContain("an ordinary line");
  expect(files.find(({ path }) => path === "networks/nwn-default.web/nft.txt")?.text).toContain("nft list ruleset");
});

test("what cannot be asked is said, and the rest still comes", async () => {
  const files = await collected();
  expect(files.find(({ path }) => path === "bird.txt")?.problem).toMatch(/ENOENT|ended the conversation/);
  expect(files.at(-1)?.path).toBe("instances/default.shop-proxy-1.log");
});
