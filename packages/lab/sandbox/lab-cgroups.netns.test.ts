/** What labs left behind goes, what lives stays, though its processes may be in a pid namespace that we cannot see. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { readCgroupLayout, removeCgroup } from "./cgroups.ts";
import { byLock, cgroupPrefix, makeCgroups, sweepCgroups } from "./lab-cgroups.ts";

const unique = `${process.pid}-${Date.now()}`;

test("a cgroup goes once the process that holds its lock has ended, and not before", async () => {
  const layout = await readCgroupLayout();
  const roots = byLock(layout);
  const [living, lost] = [`${cgroupPrefix}living-${unique}`, `${cgroupPrefix}lost-${unique}`];
  const there = (name: string): readonly boolean[] => roots.map((root) => existsSync(`${root}/${name}`));
  const descriptor = await makeCgroups(layout, living, 5);
  const shares = roots.map((root) => `${root}/${living}/cpu.shares`).find((path) => existsSync(path));
  if (layout.version === "v1") expect(readFileSync(shares ?? "", "utf8")).toBe("32768\n");
  const realTime = roots.map((root) => `${root}/${living}/cpu.rt_runtime_us`).find((path) => existsSync(path));
  if (realTime !== undefined) expect(readFileSync(realTime, "utf8")).toBe("75000\n");
  const holder = spawn("sleep", ["infinity"], { stdio: ["ignore", "ignore", "ignore", "ignore", descriptor] });
  try {
    closeSync(descriptor as number);
    // A container's, two levels below.
    for (const root of roots) mkdirSync(`${root}/${lost}/containers/web`, { recursive: true });
    await sweepCgroups(layout);
    expect(there(lost)).toEqual(roots.map(() => false));
    expect(there(living)).toEqual(roots.map(() => true));
  } finally {
    holder.kill("SIGKILL");
    await once(holder, "exit");
    await sweepCgroups(layout);
    expect(there(living)).toEqual(roots.map(() => false));
    for (const root of roots) await removeCgroup(`${root}/${living}`);
  }
});
