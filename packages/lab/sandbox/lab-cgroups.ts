/**
 * The cgroups of labs, which are the machine's own and outlive a sandbox. A lab's outer process holds a lock on one of
 * them as long as it lives. Whoever gets that lock has found what is left of a lab, of whatever sandbox.
 */
import {
  closeSync,
  existsSync,
  fstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { milliseconds, NetwrightError } from "@netwright/base";
import { flock } from "../record/flock.ts";
import { removeCgroup, type CgroupLayout } from "./cgroups.ts";

export const cgroupPrefix = "netwright-lab-";

/** The hierarchy whose directory carries the lock comes first: it is made first and removed last. Pure. */
export function byLock({ hierarchies }: CgroupLayout): readonly string[] {
  const isMemory = ({ options }: CgroupLayout["hierarchies"][number]): boolean => options.split(",").includes("memory");
  const locked = hierarchies.find(isMemory) ?? hierarchies[0];
  const others = hierarchies.filter((hierarchy) => hierarchy !== locked);
  return [...(locked === undefined ? [] : [locked]), ...others].map(({ mountPoint }) => mountPoint);
}

/**
 * Makes a cgroup of that name in every hierarchy, for a lab with so many BGP speakers. @returns the descriptor that holds its lock, for the outer process to
 * inherit and for the caller to close; undefined where there are no cgroups
 */
export async function makeCgroups(layout: CgroupLayout, name: string, speakers: number): Promise<number | undefined> {
  const [locked, ...others] = byLock(layout);
  if (locked === undefined) return undefined;
  const descriptor = await makeLocked(`${locked}/${name}`);
  for (const root of [locked, ...others]) {
    mkdirSync(`${root}/${name}`, { recursive: true });
    if (layout.version === "v2") mkdirSync(`${root}/${name}/lab`, { recursive: true });
    else prepareV1(`${root}/${name}`, root, speakers);
  }
  return descriptor;
}

/** Another command may take it for a remainder, and remove it, until it is locked. */
async function makeLocked(path: string): Promise<number> {
  for (let attempt = 0; attempt < 20; attempt++) {
    mkdirSync(path, { recursive: true });
    const descriptor = openDirectory(path);
    if (descriptor === undefined) continue;
    const isOurs = await flock(descriptor, milliseconds(1000));
    if (isOurs && statSync(path, { throwIfNoEntry: false })?.ino === fstatSync(descriptor).ino) return descriptor;
    closeSync(descriptor);
  }
  throw new NetwrightError("NW1703", `the cgroup ${path} cannot be made: somebody removes it`);
}

/**
 * Beside processes outside of any cgroup a v1 cgroup counts as one of them, with all of its hundreds: a machine that is
 * busy with a few programs would starve a lab. It counts as 32.
 */
const cpuShares = 32 * 1024;

/**
 * Of each second of each CPU, in microseconds. Kernels with group scheduling of real time give a group none by itself, and
 * one that has used its share waits for the next second. Five speakers were seen to take 22 ms in the second they start in,
 * and less than 1 ms each at rest.
 */
const realTimeOf = (speakers: number): number => Math.min(900_000, 50_000 + 5000 * speakers);

function prepareV1(path: string, root: string, speakers: number): void {
  // A cpuset starts without any CPU, and takes no process then.
  for (const file of ["cpuset.cpus", "cpuset.mems"])
    if (existsSync(`${root}/${file}`)) writeFileSync(`${path}/${file}`, readFileSync(`${root}/${file}`));
  if (existsSync(`${path}/cpu.shares`)) writeFileSync(`${path}/cpu.shares`, String(cpuShares));
  if (existsSync(`${path}/cpu.rt_runtime_us`)) askFor(`${path}/cpu.rt_runtime_us`, realTimeOf(speakers));
}

/** The kernel refuses a share that others have already; BIRD does without then. */
function askFor(file: string, share: number): void {
  try {
    writeFileSync(file, String(share));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EINVAL") throw error;
  }
}

/** Removes what labs have left whose outer process has ended, also those of sandboxes whose /run is gone. */
export async function sweepCgroups(layout: CgroupLayout): Promise<void> {
  const [locked, ...others] = byLock(layout);
  if (locked === undefined) return;
  const names = new Set([locked, ...others].flatMap(labCgroupsIn));
  for (const name of names) {
    const descriptor = openDirectory(`${locked}/${name}`);
    // Made first and removed last: without it nobody can be there.
    if (descriptor !== undefined && !(await flock(descriptor, milliseconds(0)))) {
      closeSync(descriptor);
      continue;
    }
    for (const root of [...others, locked]) await removeCgroup(`${root}/${name}`);
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

const labCgroupsIn = (root: string): readonly string[] =>
  readdirSync(root).filter((name) => name.startsWith(cgroupPrefix));

/** Undefined when it is not there. */
function openDirectory(path: string): number | undefined {
  try {
    return openSync(path, "r");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
