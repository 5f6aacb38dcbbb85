/** Volumes on the real disk. Run through tools/sandbox. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { HostState, VolumeState } from "@netwright/contract";
import { nodeSystem } from "@netwright/system";
import { afterAll, expect, test } from "vitest";
import { readUsage, readVolumes, volumeFile, volumesExt4 } from "./index.ts";

const base = mkdtempSync(join(tmpdir(), "nw-volumes-"));
const paths = { run: join(base, "run"), state: join(base, "state") };
const system = nodeSystem(paths);
afterAll(() => rmSync(base, { recursive: true }));

const size = 2 ** 24;
const volume = (phase: VolumeState["phase"], id = "default.a-b-c-1.1", sizeBytes = size) => ({ id, phase, sizeBytes });

async function round(...volumes: readonly VolumeState[]) {
  const want = volumesExt4.want({ volumes } as unknown as HostState);
  const { install, retire } = volumesExt4.plan(want, await volumesExt4.observe(system, want));
  const problems = [...(await volumesExt4.apply(system, install)), ...(await volumesExt4.apply(system, retire))];
  const again = volumesExt4.plan(want, await volumesExt4.observe(system, want));
  return { problems, rest: [...again.install, ...again.retire] };
}
const whole = { problems: [], rest: [] };
const sh = (script: string): string => execFileSync("sh", ["-c", script], { encoding: "utf8" });

test("nothing is missing here", async () => {
  expect(await volumesExt4.probe(system)).toEqual([]);
});

test("a volume is a whole ext4 of its size, its room taken at once, and none but root reads it", async () => {
  expect(await round(volume("New"))).toEqual(whole);
  const file = volumeFile(paths, "default.a-b-c-1.1");
  const { size: octets, blocks, mode } = statSync(file);
  expect([octets, blocks * 512 >= size, mode & 0o777]).toEqual([size, true, 0o600]);
  expect(sh(`e2fsck -fn ${file} 2>&1`)).toMatch(/\d+\/\d+ blocks/);
  expect(await readVolumes(system)).toEqual(["default.a-b-c-1.1"]);
});

/** As the file system's own tool tells it. */
function told(id: string): { readonly sizeBytes: number; readonly usedBytes: number } {
  const text = sh(`dumpe2fs -h ${volumeFile(paths, id)} 2>/dev/null`);
  const of = (name: string): number => Number(new RegExp(`^${name}: +(\\d+)`, "m").exec(text)?.[1] ?? 0);
  const blocks = of("Block count") - of("Overhead clusters");
  return { sizeBytes: blocks * of("Block size"), usedBytes: (blocks - of("Free blocks")) * of("Block size") };
}

test("how full it is can be seen while it is mounted and while it is not", async () => {
  const id = "default.a-b-c-1.1";
  expect(await readUsage(paths, [id, "default.nobody.1"], new Map())).toEqual([{ id, ...told(id) }]);
  const mount = join(base, "mount");
  sh(`mkdir ${mount} && mount -o loop ${volumeFile(paths, id)} ${mount}`);
  const usage = async (mounts = new Map([[id, mount]])) => (await readUsage(paths, [id], mounts))[0];
  const empty = await usage();
  sh(`head -c 4M /dev/urandom >${mount}/x; sync -f ${mount}/x`);
  const filled = await usage();
  expect((filled?.usedBytes ?? 0) - (empty?.usedBytes ?? 0)).toBe(2 ** 22);
  sh(`umount ${mount}`);
  expect(await usage(new Map())).toEqual(filled);
  expect(await usage(new Map([[id, join(base, "gone")]]))).toBeUndefined();
});

test("what a killed agent left in the making is no volume, and in nobody's way", async () => {
  const work = join(paths.state, "volumes/.work-default.a-b-c-2.2");
  sh(`mkdir -p ${work} && echo half > ${work}/ext4`);
  expect(await readVolumes(system)).toEqual(["default.a-b-c-1.1"]);
  expect(await round(volume("New", "default.a-b-c-2.2"))).toEqual(whole);
  expect(existsSync(work)).toBe(false);
});

test("one that the disk has no room for leaves nothing, and is a problem until there is room", async () => {
  const huge = volume("New", "default.huge-b-c-1.3", 2 ** 49);
  const { problems, rest } = await round(huge);
  expect(problems).toMatchObject([{ slot: "volumes", code: "NW1601", subject: "default.huge-b-c-1.3" }]);
  expect(problems[0]?.message).toMatch(/^volume default\.huge-b-c-1\.3: fallocate: /);
  expect(rest).toMatchObject([{ kind: "Make" }]);
  expect(readdirSync(join(paths.state, "volumes"))).toEqual(["default.a-b-c-1.1", "default.a-b-c-2.2"]);
});

test("data that is gone is told of, and not made again", async () => {
  const { problems } = await round(volume("Made", "default.gone-b-c-1.4"));
  expect(problems).toMatchObject([
    { code: "NW1614", message: expect.stringContaining("its data is not on this host") },
  ]);
  expect(existsSync(volumeFile(paths, "default.gone-b-c-1.4"))).toBe(false);
});

test("a discarded one is removed, but not from under whoever uses it; strangers' files stay", async () => {
  const file = volumeFile(paths, "default.a-b-c-1.1");
  writeFileSync(join(paths.state, "volumes/stranger"), "");
  const loop = sh(`losetup --find --show ${file}`).trim();
  expect((await round(volume("Discarded"))).problems).toMatchObject([
    { code: "NW1605", message: "volume default.a-b-c-1.1: a container still uses it" },
  ]);
  expect(existsSync(file)).toBe(true);
  sh(`losetup --detach ${loop}`);
  expect(await round(volume("Discarded"))).toEqual(whole);
  expect(readdirSync(join(paths.state, "volumes"))).toEqual(["default.a-b-c-2.2", "stranger"]);
});
