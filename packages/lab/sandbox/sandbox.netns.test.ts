/** The sandbox on a machine whose limits are in cgroups v2, which other tests meet only where that is so. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, rmSync } from "node:fs";
import { seconds } from "@netwright/base";
import { expect, test } from "vitest";
import { beginDirectory, buildDirectory } from "../record/build-directory.ts";
import { withLabLock } from "../record/lock.ts";
import { labPaths } from "../record/paths.ts";
import { planLab } from "../topology/plan-lab.ts";
import { context, readLab } from "../testdata/context.ts";
import { enter } from "./enter.ts";
import { labPlan } from "./lab-plan.ts";
import { processesLeft } from "./processes-left.ts";
import { startSandbox } from "./start-sandbox.ts";
import { endProcesses, removeCgroups } from "./stop-sandbox.ts";

test("in cgroups v2 the root that the lab sees has no process, so that limits can be given below it", async () => {
  const mountPoint = "/run/cgroup-v2";
  mkdirSync(mountPoint);
  execFileSync("mount", ["-t", "cgroup2", "cgroup2", mountPoint]);
  const paths = labPaths("v2");
  const cgroup = { name: `netwright-lab-v2-${process.pid}-${context.clock.now()}`, mountPoints: [mountPoint] };
  try {
    await withLabLock(paths, seconds(1), async (lock) => {
      const layout = { version: "v2", hierarchies: [{ mountPoint, options: "" }] } as const;
      const topology = planLab(readLab("small-lab.json"));
      beginDirectory(paths);
      buildDirectory(paths, topology, []);
      const birth = await startSandbox(context, { paths, lock, topology, cgroup: cgroup.name, layout, speakers: 0 });
      birth.begin(labPlan(paths, topology, layout, new Map()));
      birth.filled();
      const pid = await birth.sandbox();
      await birth.wired();
      const inside = async (...command: string[]): Promise<string> =>
        (await context.runner.run(enter(pid, command))).stdout;
      expect(await inside("cat", "/proc/1/cgroup")).toMatch(/^0::\/lab$/m);
      expect(await inside("cat", "/sys/fs/cgroup/cgroup.procs")).toBe("");
      expect(await inside("sh", "-c", "mkdir /sys/fs/cgroup/workload && ls -d /sys/fs/cgroup/*/")).toContain(
        "workload",
      );
      const left = await processesLeft(`${mountPoint}/${cgroup.name}`);
      expect(left).toContainEqual(expect.stringMatching(/^netwright-lab \d+ \([RSD]\b/));
      await endProcesses(context, paths);
      await removeCgroups(context, { cgroup });
    });
    expect(existsSync(`${mountPoint}/${cgroup.name}`)).toBe(false);
  } finally {
    await endProcesses(context, paths);
    execFileSync("umount", [mountPoint]);
    rmSync(mountPoint, { recursive: true });
    rmSync(paths.directory, { recursive: true });
  }
});
