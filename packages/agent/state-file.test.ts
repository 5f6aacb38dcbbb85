/** What an agent keeps of its state, and where. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { HostState, NodeSystem } from "@netwright/contract";
import { nodeSystem } from "@netwright/system";
import { afterAll, expect, test } from "vitest";
import { loadGoal, saveGoal } from "./state-file.ts";

const directory = mkdtempSync(join(tmpdir(), "netwright-state-"));
afterAll(() => rmSync(directory, { recursive: true }));

/** @param type of the file system that the run directory is on */
function systemOn(type: string): NodeSystem {
  const paths = { run: join(directory, type, "run"), state: join(directory, type, "state") };
  mkdirSync(paths.run, { recursive: true });
  const system = nodeSystem(paths);
  const mountinfo = `20 1 0:20 / / rw - ${type} ${type} rw\n`;
  const read: NodeSystem["files"]["read"] = (path) =>
    path === "/proc/self/mountinfo" ? Promise.resolve(mountinfo) : system.files.read(path);
  return { ...system, files: { ...system.files, read } };
}

const state = (secrets?: HostState["secrets"]) =>
  ({ node: "host1", networks: [], ...(secrets === undefined ? {} : { secrets }) }) as unknown as HostState;
const secrets = [{ digest: "d1", value: "Y2FuYXJ5" }];

test("values are kept in memory and come back with the state; on disk are digests", async () => {
  const system = systemOn("tmpfs");
  await saveGoal(system, { revision: 7, state: state(secrets) });
  expect(readFileSync(join(system.paths.state, "host-state.json"), "utf8")).not.toContain("Y2FuYXJ5");
  expect(statSync(join(system.paths.run, "secrets.json")).mode & 0o777).toBe(0o600);
  expect(await loadGoal(system, "host1")).toEqual({ revision: 7, state: state(secrets) });
  expect(await loadGoal(system, "host2")).toBeUndefined();
  // A reboot.
  await system.files.remove(join(system.paths.run, "secrets.json"));
  expect(await loadGoal(system, "host1")).toEqual({ revision: 7, state: state([{ digest: "d1" }]) });
});

test("private keys of proxies are values like others", async () => {
  const system = systemOn("ramfs");
  const run = {
    kind: "Proxy",
    listeners: [],
    backends: [],
    certificates: [{ name: "shop.example.net", digest: "d1" }],
  };
  const networks = [{ workloads: [{ id: "shop-proxy-1", run }] }];
  await saveGoal(system, { revision: 7, state: { ...state(secrets), networks } as unknown as HostState });
  expect(readFileSync(join(system.paths.state, "host-state.json"), "utf8")).not.toContain("Y2FuYXJ5");
  expect((await loadGoal(system, "host1"))?.state.secrets).toEqual(secrets);
});

test("where the run directory is on a disk, values are kept nowhere", async () => {
  const system = systemOn("ext4");
  await saveGoal(system, { revision: 7, state: state(secrets) });
  expect(await system.files.list(system.paths.run)).toEqual([]);
  expect((await loadGoal(system, "host1"))?.state.secrets).toEqual([{ digest: "d1" }]);
});

test("a state without secrets leaves none behind", async () => {
  const system = systemOn("tmpfs");
  await saveGoal(system, { revision: 7, state: state(secrets) });
  await saveGoal(system, { revision: 8, state: state() });
  expect(await system.files.list(system.paths.run)).toEqual([]);
  expect(await loadGoal(system, "host1")).toEqual({ revision: 8, state: state() });
});
