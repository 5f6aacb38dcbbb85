/** A node with containers for the tests of this folder. Only inside tools/sandbox. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ContainerRun, Plan } from "@netwright/contract";
import { nodeSystem } from "@netwright/system";
import { afterEach, beforeAll, expect } from "vitest";
import { mountsOf, type Hierarchies } from "./control-groups.ts";
import { web, webInstance } from "./example.ts";
import type { ContainerFacts } from "./facts.ts";
import { readHierarchies } from "./hierarchies.ts";
import { logPath, readRuntime, runtimeCrun } from "./index.ts";
import type { RuntimeChange } from "./plan.ts";
import type { ContainerInstance, RuntimeWant } from "./want.ts";

export const within = { timeout: 60_000 };

export const run = (...command: string[]): string =>
  execFileSync(command[0] ?? "", command.slice(1), { encoding: "utf8" });

export const sh = (script: string, change: Partial<ContainerRun> = {}): Partial<ContainerRun> => ({
  command: ["sh", "-c", script],
  ...change,
});

/** Registers what goes before and after each test. Test files that run at the same time take different projects. */
export function containerNode(project: string) {
  const directory = mkdtempSync(join(tmpdir(), "nw-crun-"));
  const group = `/netwright-test-${process.pid}`;
  const paths = { run: join(directory, "run"), state: join(directory, "state"), controlGroup: `${group}/host1` };
  const system = nodeSystem(paths);
  const log = logPath(paths, `${project}.shop-web-1`);
  const hierarchies: Hierarchies = {};
  const netns = (number: number) => `nww-${project}.shop-web-${number}`;

  const planFor = async (want: RuntimeWant): Promise<Plan<RuntimeChange>> =>
    runtimeCrun.plan(want, await runtimeCrun.observe(system, want));

  /** One round; afterwards nothing is left to do. */
  const converge = async (want: RuntimeWant): Promise<readonly string[]> => {
    const { install, retire } = await planFor(want);
    expect(await runtimeCrun.apply(system, install)).toEqual([]);
    expect(await runtimeCrun.apply(system, retire)).toEqual([]);
    // What has ended meanwhile is the next round's to sweep.
    const { retire: ended } = await planFor(want);
    if (ended.every(({ kind }) => kind === "Remove")) expect(await runtimeCrun.apply(system, ended)).toEqual([]);
    expect(await planFor(want)).toEqual({ install: [], retire: [] });
    return [...install, ...retire].map(({ kind }) => kind);
  };

  const facts = async (change: Partial<ContainerRun>, number = 1): Promise<ContainerFacts> => {
    const [first] = await readRuntime(system, [{ project, workload: web(change, number) }]);
    expect(first).toBeDefined();
    return first as ContainerFacts;
  };

  const groupsLeft = (): readonly string[] =>
    mountsOf(hierarchies)
      .map(({ mount }) => `${mount}${group}`)
      .filter((path) => existsSync(path));

  beforeAll(async () => {
    Object.assign(hierarchies, await readHierarchies(system.files));
    for (const number of [1, 2]) {
      run("ip", "netns", "add", netns(number));
      run("ip", "-n", netns(number), "link", "set", "lo", "up");
    }
  });

  /** Whatever a test leaves is stopped, and then nothing of it is there: no bundle, state of crun's or control group. */
  afterEach(async () => {
    await converge([]);
    await expect.poll(() => system.files.list(`${paths.run}/crun`), within).toEqual([]);
    expect(await system.files.list(`${paths.run}/crun-state`)).toEqual([]);
    await expect.poll(() => system.files.exists(`${paths.run}/crun-trash`), within).toBe(false);
    expect(groupsLeft()).toEqual([]);
    await system.files.remove(log);
  });

  return {
    directory,
    paths,
    system,
    hierarchies,
    planFor,
    converge,
    facts,
    netns,
    instance: (change: Partial<ContainerRun> = {}, number = 1): ContainerInstance =>
      webInstance(change, number, project),
    output: (): string => (existsSync(log) ? readFileSync(log, "utf8") : ""),
  };
}
