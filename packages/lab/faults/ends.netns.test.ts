/** How faults end where something else goes on or has gone wrong: bare nodes, wires that die, numbers that others have. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { faultSchema, kinds, type Lab } from "@netwright/api";
import { afterAll, afterEach, beforeAll, expect, onTestFinished, test } from "vitest";
import { beginFault, down, endFaults, faultsOf, runInNode, up, type ActiveFault } from "../index.ts";
import { labPaths } from "../record/paths.ts";
import { context, programs } from "../testdata/context.ts";
import { faultSite, inSandbox } from "./site.ts";
import { faultDirectory } from "./store.ts";
import { wires } from "./testing.ts";

const lab = "fault-ends";
const empty = mkdtempSync(join(tmpdir(), "netwright-empty-"));
const paths = labPaths(lab);

const begin = async (fault: object): Promise<ActiveFault> => {
  const outcome = await beginFault(context, lab, faultSchema.parse(fault), { seed: 1 });
  if (outcome.kind === "Skipped") throw new Error(outcome.reason);
  return outcome.fault;
};
const sh = async (node: string, script: string): Promise<string> =>
  (await runInNode(paths, node, { argv: ["sh", "-c", script] })).stdout;
const ping = async (from: string, to: string): Promise<boolean> =>
  (await runInNode(paths, from, { argv: ["ping", "-c1", "-W1", to] })).code === 0;

beforeAll(async () => {
  const spec = {
    nodes: ["a", "b", "bare"].map((name) => ({ name, role: "Linux", ...(name === "bare" ? { rootfs: empty } : {}) })),
    links: [
      {
        ends: [
          { node: "a", addresses: ["10.0.0.1/24"] },
          { node: "b", addresses: ["10.0.0.2/24"] },
        ],
      },
      { ends: [{ node: "a" }, { node: "bare" }] },
    ],
  };
  const object = { apiVersion: "netwright.dev/v1alpha1", kind: "Lab", metadata: { name: lab }, spec };
  await up(context, { manifest: kinds.Lab.complete(kinds.Lab.schema.parse(object)) as Lab, programs });
});
afterEach(async () => void (await endFaults(context, lab)));
afterAll(async () => {
  await down(context, { name: lab });
  rmSync(empty, { recursive: true });
});

test("a node without any tools loses its power, and gets it back", async () => {
  const site = await faultSite(context, lab);
  const pid = String(site.record.nodes["bare"]?.machine.pid);
  const net = (...command: readonly string[]): string =>
    execFileSync("nsenter", ["--target", pid, "--net", "--", ...command], { encoding: "utf8" });
  net("nft", "add table inet mine");
  net("ip", "link", "add", "own", "type", "bridge");
  execFileSync("touch", [`/proc/${pid}/root/run/mine`]);
  const before = net("ip", "-o", "addr");
  const fault = await begin({ node: "bare", state: "off" });
  expect(net("nft", "list", "ruleset")).toBe("");
  expect(net("ip", "-o", "link")).toMatch(/^1: lo[^]*\n\d+: a@[^\n]*DOWN[^\n]*\n$/);
  expect(readdirSync(`/proc/${pid}/root/run`)).toEqual([]);
  await fault.end();
  await expect.poll(() => net("ip", "-o", "link")).toMatch(/ a@.* state UP /);
  expect(net("ip", "-o", "addr", "show", "dev", "a")).not.toBe("");
  expect(before).toContain(" a ");
});

test("what a node preloads already stays in force while its clock is wrong, and is back afterwards", async () => {
  await sh("a", "echo libm.so.6 >/etc/ld.so.preload");
  const fault = await begin({ node: "a", clock: "+2h" });
  expect(await sh("a", "cat /etc/ld.so.preload")).toMatch(/libfaketime\S+\nlibm\.so\.6\n$/);
  expect(Number(await sh("a", "date +%s")) - Date.now() / 1000).toBeGreaterThan(7000);
  await fault.end();
  expect(await sh("a", "cat /etc/ld.so.preload; ls /etc/faketimerc 2>/dev/null")).toBe("libm.so.6\n");
  await sh("a", "rm /etc/ld.so.preload");
  const other = await begin({ node: "a", clock: "-2h" });
  await other.end();
  expect(await sh("a", "ls /etc/ld.so.preload* /etc/faketimerc* 2>/dev/null")).toBe("");
});

test("when one of its wires dies the whole fault is over, and whoever relied on it hears of that, once", async () => {
  const fault = await begin({ link: "a-b", impair: { loss: "100%", seed: 1 } });
  expect(await ping("a", "10.0.0.2")).toBe(false);
  expect(wires()).toHaveLength(2);
  process.kill(wires()[0] ?? 0, "SIGKILL");
  await expect.poll(() => ping("a", "10.0.0.2")).toBe(true);
  await expect.poll(async () => (await faultsOf(context, lab)).map(({ state }) => state)).toEqual(["Ended"]);
  await expect(fault.end()).rejects.toMatchObject({
    code: "NW1703",
    message: "the fault ended by itself: a-b: loss 100%",
  });
  await fault.end();
  expect([await faultsOf(context, lab), wires()]).toEqual([[], []]);
});

test("ending a fault ends no other one that has its number by now", async () => {
  const first = await begin({ link: "a-b", cut: true });
  const site = await faultSite(context, lab);
  const [begins, ends] = ["begin.sh", "end.sh"].map((name) =>
    readFileSync(`${faultDirectory(paths, first.id)}/${name}`, "utf8"),
  );
  await first.end();
  const second = await begin({ link: "a-b", cut: true });
  expect(second.id).toBe(first.id);
  onTestFinished(() => second.end());
  // As somebody who had come as far as the first one's script when that ended.
  expect(await inSandbox(site, [], ends)).toMatchObject({ code: 0 });
  expect((await inSandbox(site, [], begins)).code).not.toBe(0);
  await first.end();
  expect(await ping("a", "10.0.0.2")).toBe(false);
  expect((await faultsOf(context, lab)).map(({ id, state }) => [id, state])).toEqual([[second.id, "Active"]]);
});
