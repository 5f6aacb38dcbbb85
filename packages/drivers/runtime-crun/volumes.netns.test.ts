/** Containers with volumes, against crun, ext4 and loop devices. Run through tools/sandbox. */
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { milliseconds } from "@netwright/base";
import type { ContainerRun, HostState, VolumeMount } from "@netwright/contract";
import { afterEach, beforeAll, expect, test } from "vitest";
import { volumeFile, volumesExt4 } from "../volumes-ext4/index.ts";
import { bundleOf } from "./layout.ts";
import { containerNode, run, sh, within } from "./testing.ts";
import { generationOf } from "./want.ts";

const node = containerNode("volumes");
const { directory, paths, system, converge, facts, instance, output, planFor } = node;

const id = "volumes.shop-web-data-1.1";
const sizeBytes = 2 ** 25;
const mount = (change: Partial<Extract<VolumeMount, { kind: "Volume" }>> = {}): Partial<ContainerRun> => ({
  volumes: [{ kind: "Volume", id, path: "/data", readOnly: false, sizeBytes, ...change }],
});
const writes = (script: string, change: Partial<ContainerRun> = mount()) =>
  sh(`${script}; echo done; sleep 1000`, { ...change, stopGracePeriod: milliseconds(300) });

const loops = (): string =>
  execFileSync("losetup", ["--noheadings", "--output", "NAME", "--associated", volumeFile(paths, id)], {
    encoding: "utf8",
  }).trim();

beforeAll(async () => {
  const want = volumesExt4.want({ volumes: [{ id, sizeBytes, phase: "New" }] } as unknown as HostState);
  const { install } = volumesExt4.plan(want, await volumesExt4.observe(system, want));
  expect(await volumesExt4.apply(system, install)).toEqual([]);
});

/** However a container ended, its mount ended with it. */
afterEach(async () => {
  await converge([]);
  await expect.poll(loops, within).toBe("");
});

const says = (words: string) => expect.poll(output, within).toContain(words);

test("what one writes the next one reads; it is the workload's own, and empty at first", async () => {
  await converge([instance(writes("ls -A /data; stat -c %u:%g:%a /data; echo kept > /data/x"))]);
  await says("done");
  expect(output()).toBe("65534:65534:755\ndone\n");
  expect(readFileSync("/proc/self/mounts", "utf8")).not.toContain(directory);
  await converge([]);
  await expect.poll(loops, within).toBe("");
  await converge([instance(writes("cat /data/x; touch /data/x && echo written", mount({ readOnly: false })))]);
  await says("kept\nwritten\ndone");
});

test("in a directory of the host's that the workload sees", async () => {
  await converge([instance(writes("cat /srv/deep/data/x; ls -A /srv/deep/data", mount({ path: "/srv/deep/data" })))]);
  await says("done");
  expect(output()).toBe("kept\nx\ndone\n");
});

test("read only where it says so; no device nodes and no set-user-id programs", async () => {
  await converge([
    instance(writes("cat /data/x; touch /data/x; grep ' /data ' /proc/self/mounts", mount({ readOnly: true }))),
  ]);
  await says("done");
  expect(output()).toContain("kept\n");
  expect(output()).toMatch(/Read-only file system/);
  expect(output()).toMatch(/ \/data ext4 ro,nosuid,nodev/);
});

test("no faster than its limits: a volume is a disk of its own", async () => {
  // Twice what may be written in a second, past the page cache, and beyond what goes through at once.
  const script = `began=$(date +%s%N); dd if=/dev/zero of=/data/slow bs=64k count=32 oflag=direct 2>/dev/null; rm /data/slow
    echo "took $(( ($(date +%s%N) - began) / 1000000 )) ms"`;
  const resources = { cpuMillis: null, memoryBytes: null, pids: 64, io: { writeBytes: 2 ** 20 } };
  await converge([instance(writes(script, { ...mount(), resources }))]);
  await says("done");
  expect(Number(/took (\d+) ms/.exec(output())?.[1])).toBeGreaterThan(1000);
  const { lastExit, unlimited } = await facts(writes(script, { ...mount(), resources }));
  expect(lastExit).toBeNull();
  expect(unlimited === null || unlimited.includes("hold for volumes only")).toBe(true);
});

test("full at its size; larger when that grows, with what was there", async () => {
  const fill = "head -c 1G /dev/zero >> /data/zeroes; stat -c %s /data/zeroes";
  await converge([instance(writes(fill))]);
  await says("done");
  expect(output()).toContain("No space left on device");
  const first = Number(/^(\d+)$/m.exec(output())?.[1]);
  expect([first > sizeBytes / 2, first < sizeBytes]).toEqual([true, true]);
  await converge([]);
  await expect.poll(loops, within).toBe("");
  await converge([
    instance(writes(`cat /data/x; ${fill}; rm /data/zeroes; echo again`, mount({ sizeBytes: 2 ** 26 }))),
  ]);
  await says("again");
  const second = Number(/kept\n[^]*?^(\d+)$/m.exec(output().slice(output().indexOf("kept")))?.[1]);
  expect(second).toBeGreaterThan(sizeBytes);
});

test("one at a time: another waits until the first has ended", async () => {
  const first = writes("echo first");
  const second = writes("cat /data/x");
  await converge([instance(first)]);
  await says("first\ndone");
  await converge([instance(first), instance(second, 2)]);
  expect(await facts(second, 2)).toMatchObject({ phase: "Waiting", pid: null });
  await converge([instance(second, 2)]);
  await expect.poll(async () => (await facts(second, 2)).phase, within).toBe("Running");
});

test("whatever is killed, no mount and no loop device stays behind, and what was written is there", async () => {
  const change = writes("cat /data/x; echo killed > /data/y; sync; cat /data/y");
  await converge([instance(change)]);
  await says("killed\ndone");
  const bundle = bundleOf(paths, generationOf(instance(change)));
  const supervisor = Number.parseInt(readFileSync(bundle.supervisor, "utf8"), 10);
  process.kill(supervisor, "SIGKILL");
  const { pid } = await facts(change);
  process.kill(pid ?? 0, "SIGKILL");
  await expect.poll(loops, within).toBe("");
  await converge([instance(change)]);
  await expect.poll(output, within).toMatch(/killed\ndone\n[^]*kept\nkilled\n/);
});

test("without its volume it does not start, and says so", async () => {
  const lost = mount({ id: "volumes.shop-web-lost-1.9" });
  const { install } = await planFor([instance(lost)]);
  const { runtimeCrun } = await import("./index.ts");
  expect(await runtimeCrun.apply(system, install)).toMatchObject([
    { slot: "runtime", code: "NW1614", message: expect.stringContaining("is not on this host") },
  ]);
});

test("a directory of the host, as it is", async () => {
  const source = join(directory, "models");
  mkdirSync(source);
  writeFileSync(join(source, "a"), "of the host\n");
  const volumes = [{ kind: "HostPath", source, path: "/models", readOnly: true }] as const;
  await converge([instance(writes("cat /models/a; touch /models/a; ls -A /models", { volumes }))]);
  await says("done");
  expect(output()).toContain("of the host\n");
  expect(run("ls", source)).toBe("a\n");
});
