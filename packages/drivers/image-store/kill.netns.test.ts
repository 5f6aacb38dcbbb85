/** kill -9 at any moment of a pull: what is in the store is whole, and the next pull completes it. Run through tools/sandbox. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { sweepImages } from "./collect.ts";
import { layerPath, layersDirectory, workDirectory } from "./layout.ts";
import { listImages } from "./record.ts";
import { archive, buildImage, digestOf, directory, writeLayout } from "./testing/images.ts";
import { pullingHost } from "./testing/pulls.ts";

const host = pullingHost();
const files = 150;
const layers = ["a", "b", "c"].map((name) =>
  archive(
    directory(name),
    ...Array.from({ length: files }, (_, index) => ({ name: `${name}/${index}`, content: name.repeat(2000) })),
  ),
);

/** Pulls in a process of its own, as an agent would. */
const puller = (layout: string): string => `
  import { parseImageReference } from "@netwright/base";
  import { nodeSystem } from "@netwright/system";
  const { platformOf, pullImage, resolveImage } = await import(${JSON.stringify(join(import.meta.dirname, "index.ts"))});
  const reference = parseImageReference(${JSON.stringify(`oci:${layout}`)});
  const context = {
    system: nodeSystem(${JSON.stringify(host.system.paths)}),
    access: { authFile: null },
    platform: platformOf(process.arch),
    limits: { octets: 2 ** 26, entries: 10_000 },
    signal: new AbortController().signal,
    onProgress: () => console.log("progress"),
    layersUnderWay: new Map(),
  };
  await pullImage(context, reference, await resolveImage(context, reference));
`;

test("whenever it is killed, every layer and every image in the store is whole", async () => {
  const layout = join(host.base, "layout");
  const image = buildImage({ layers, config: { Cmd: ["/x"] } });
  writeLayout(layout, { image });
  const { files: disk, paths } = host.system;
  let interrupted = 0;
  for (let wait = 0; wait < 60; wait += 5) {
    const child = spawn(process.execPath, ["--input-type=module", "-e", puller(layout)], {
      stdio: ["ignore", "pipe", "ignore"],
      cwd: import.meta.dirname,
      detached: true,
    });
    const ended = once(child, "close");
    // From the first layer on, later each time.
    await Promise.race([once(child.stdout, "data"), ended]);
    await new Promise((resolve) => setTimeout(resolve, wait));
    if (child.exitCode === null) interrupted++;
    try {
      // tar and all: as when the machine loses its power.
      process.kill(-(child.pid ?? 0), "SIGKILL");
    } catch {
      // It was over already.
    }
    await ended;
    const known = existsSync(layersDirectory(paths)) ? readdirSync(layersDirectory(paths)) : [];
    for (const [index, name] of ["a", "b", "c"].entries()) {
      const id = digestOf(layers[index] ?? Buffer.alloc(0));
      if (known.includes(id.slice(7))) expect(readdirSync(join(layerPath(paths, id), name)).length).toBe(files);
    }
    for (const record of await listImages(disk, paths)) expect(record.layers.length).toBe(layers.length);
    if (known.filter((name) => !name.includes(".")).length === layers.length) break;
  }
  expect(interrupted).toBeGreaterThan(0);
  await sweepImages(host.system);
  expect(existsSync(workDirectory(paths))).toBe(false);
  expect((await host.pull(`oci:${layout}`)).layers.length).toBe(layers.length);
});
