/** Carries out changes, all instances at the same time. Never waits for a container to stop. */
import { chmod, mkdir, rm, symlink } from "node:fs/promises";
import { isNetwrightError, messageOf, milliseconds, NetwrightError } from "@netwright/base";
import type { Files, NodePaths, NodeSystem, Problem } from "@netwright/contract";
import { layerPath, resolveUser, smallFile, type ImageRecord } from "../image-store/index.ts";
import { bundleConfig, bundleFiles, type Root } from "./bundle.ts";
import { unmetLimits } from "./control-groups.ts";
import { diskOf } from "./disk.ts";
import { lowerNames } from "./enter-script.ts";
import { ownerOf } from "./host-root.ts";
import { readHierarchies } from "./hierarchies.ts";
import { writeIdentity } from "./identity.ts";
import { assertInMemory } from "../memory.ts";
import { ioScript } from "./io-limits.ts";
import {
  bundleOf,
  bundlesDirectory,
  controlGroup,
  logPath,
  writableMount,
  writablePath,
  type Bundle,
} from "./layout.ts";
import { livingSupervisor } from "./observe.ts";
import type { RuntimeChange } from "./plan.ts";
import { supervisorScript, type Ground } from "./supervisor.ts";
import { mountScript, volumeFiles } from "./volume-mounts.ts";
import { generationOf, type ContainerInstance } from "./want.ts";

export async function apply(system: NodeSystem, changes: readonly RuntimeChange[]): Promise<readonly Problem[]> {
  const problems = await Promise.all(changes.map((change) => applyOne(system, change)));
  return problems.flat();
}

async function applyOne(system: NodeSystem, change: RuntimeChange): Promise<readonly Problem[]> {
  const subject = change.kind === "Start" ? change.instance.name : (change.generation.split("@")[0] ?? "");
  try {
    if (change.kind === "Start") await startInstance(system, change);
    else if (change.kind === "Identify")
      await writeIdentity(system, bundleOf(system.paths, change.generation), change.identity, { uid: 0, gid: 0 });
    else if (change.kind === "Stop") await stop(system, change);
    else await remove(system, bundleOf(system.paths, change.generation));
    return [];
  } catch (error) {
    const code = isNetwrightError(error) ? error.code : "NW1601";
    return [{ slot: "runtime", code, message: `container ${subject}: ${messageOf(error)}`, subject }];
  }
}

type StartChange = Extract<RuntimeChange, { kind: "Start" }>;

async function startInstance(system: NodeSystem, { instance, image: named }: StartChange): Promise<void> {
  const { paths, files, processes } = system;
  const image = named === null ? null : asUser(paths, instance, named);
  const bundle = bundleOf(paths, generationOf(instance));
  await untilGone(system, bundle);
  if (instance.secrets.size > 0 || instance.identity !== undefined) await assertInMemory(system);
  // Configuration and files of a workload are nobody's but root's: it gets its own by mounts.
  await mkdir(bundlesDirectory(paths), { recursive: true, mode: 0o700 });
  await chmod(bundlesDirectory(paths), 0o700);
  // The configuration is written last: where it is there, the bundle is whole, and may be in use.
  if (!(await files.exists(bundle.config))) await writeBundle(system, instance, image, bundle);
  if (instance.identity !== undefined)
    await writeIdentity(system, bundle, instance.identity, image?.user ?? ownerOf(instance.run));
  await processes.start(["sh", bundle.script], { log: logPath(paths, instance.name) });
  await untilStarted(system, bundle);
}

/** The image with the user that the manifest says instead of its own. @throws NW1611 for a name that it does not know */
function asUser(paths: NodePaths, { run: { user } }: ContainerInstance, image: ImageRecord): ImageRecord {
  if (user === undefined) return image;
  const layers = image.layers.map(({ id }) => layerPath(paths, id));
  return { ...image, user: resolveUser(user, smallFile(layers, "etc/passwd"), smallFile(layers, "etc/group")) };
}

async function writeBundle(
  { paths, files }: NodeSystem,
  instance: ContainerInstance,
  image: ImageRecord | null,
  bundle: Bundle,
): Promise<void> {
  const root: Root = image === null ? { kind: "Host", names: await files.list("/") } : { kind: "Image", image };
  const config = bundleConfig(instance, paths, root);
  const ground = { hierarchies: await readHierarchies(files), disk: await diskOf(files, paths.state) };
  for (const { path, content, mode } of bundleFiles(instance, paths, root)) {
    await files.write(path, Buffer.from(content, "base64"), mode);
  }
  if (image !== null) {
    // From here on nothing of the image is collected.
    await files.write(bundle.image, image.digest);
    const writable = writablePath(paths, generationOf(instance));
    const over = instance.run.writableBytes === undefined ? writable : writableMount(writable);
    await linkLayers(paths, image, bundle, over);
  }
  await writeMounts(files, paths, instance, image, bundle);
  await writeLimits(files, paths, instance, ground, bundle);
  await files.write(bundle.script, supervisorScript(instance, paths, ground, image));
  await files.write(bundle.config, JSON.stringify(config, undefined, 1), 0o600);
}

async function writeLimits(
  files: Files,
  paths: NodePaths,
  instance: ContainerInstance,
  { hierarchies, disk }: Ground,
  bundle: Bundle,
): Promise<void> {
  const { resources } = instance.run;
  const unmet = unmetLimits(resources, hierarchies, disk);
  if (unmet.length > 0) await files.write(bundle.unlimited, unmet.join("; "));
  if (resources.io === undefined || hierarchies.io === undefined) return;
  const { version, mount } = hierarchies.io;
  const group = `${mount}${controlGroup(paths, generationOf(instance))}`;
  await files.write(bundle.io, ioScript(resources.io, version, group));
}

/** @throws NW1614 when a volume is not here: the slot of volumes says why. */
async function writeMounts(
  files: Files,
  paths: NodePaths,
  { run }: ContainerInstance,
  image: ImageRecord | null,
  { directory, mounts }: Bundle,
): Promise<void> {
  const volumes = volumeFiles(run.volumes, paths);
  if (volumes.length === 0) return;
  for (const file of volumes)
    if (!(await files.exists(file))) throw new NetwrightError("NW1614", `${file} is not on this host`);
  const { uid, gid } = image?.user ?? ownerOf(run);
  await files.write(mounts, mountScript(run.volumes, paths, { bundle: directory, uid, gid }));
}

async function linkLayers(paths: NodePaths, { layers }: ImageRecord, bundle: Bundle, over: string): Promise<void> {
  // What an earlier try left may name other layers.
  await rm(bundle.lower, { recursive: true, force: true });
  await mkdir(bundle.lower, { recursive: true });
  const targets = layers.toReversed().map(({ id }) => layerPath(paths, id));
  const links = [
    ...lowerNames(layers.length).map((name, index) => [name, targets[index] ?? ""] as const),
    ["upper", `${over}/upper`] as const,
    ["work", `${over}/work`] as const,
  ];
  await Promise.all(links.map(([name, target]) => symlink(target, `${bundle.lower}/${name}`)));
}

const pollInterval = milliseconds(4);
const startPatience = milliseconds(5000);
const stopPatience = milliseconds(1000);

/** The same generation may still be stopping. @throws NW1605 when that takes long: a later round comes back to it. */
async function untilGone(system: NodeSystem, bundle: Bundle): Promise<void> {
  const deadline = system.clock.monotonic() + stopPatience;
  while (await system.files.exists(bundle.stop)) {
    if (system.clock.monotonic() > deadline) throw new NetwrightError("NW1605", "it is still stopping");
    await system.clock.sleep(pollInterval);
  }
}

/** Until the supervisor has taken over and, unless an older generation is in its way, the container runs or has ended. */
async function untilStarted(system: NodeSystem, bundle: Bundle): Promise<void> {
  const { files, clock } = system;
  const signs = [bundle.pid, bundle.exit, bundle.waiting];
  const deadline = clock.monotonic() + startPatience;
  while (clock.monotonic() < deadline) {
    const seen = await Promise.all(signs.map((path) => files.exists(path)));
    if (seen.includes(true) && (await livingSupervisor(system, bundle)) !== null) return;
    await clock.sleep(pollInterval);
  }
  throw new NetwrightError("NW1605", "it did not start in time");
}

async function stop(
  system: NodeSystem,
  { generation, supervisor }: Extract<RuntimeChange, { kind: "Stop" }>,
): Promise<void> {
  await system.files.write(bundleOf(system.paths, generation).stop, "");
  await system.processes.signal(supervisor, "SIGTERM");
}

/** A supervisor that ends meanwhile removes the bundle, script and all, itself. */
async function remove({ runner, files }: NodeSystem, bundle: Bundle): Promise<void> {
  if (!(await files.exists(bundle.script))) return files.remove(bundle.directory);
  const result = await runner.run(["sh", bundle.script, "remove"]);
  if (result.code !== 0 && (await files.exists(bundle.script))) {
    throw new NetwrightError("NW1601", result.stderr.trim());
  }
}
