/** What an agent loads before it does anything. A site starts as many agents as it has hosts, a lab all of them at once. */
import { build, type Metafile } from "esbuild";
import { expect, test } from "vitest";
import { root } from "../gate/program.ts";

const entry = "packages/agent/main.ts";

/** What is loaded with the entry, by `import` lines alone. */
function loadedWith({ inputs }: Metafile, first: string): ReadonlySet<string> {
  const loaded = new Set([first]);
  for (const path of loaded)
    for (const { path: next, kind } of inputs[path]?.imports ?? [])
      if (kind !== "dynamic-import" && inputs[next] !== undefined) loaded.add(next);
  return loaded;
}

test("an agent starts without libraries: schemas, YAML and metrics are for what it may be asked later", async () => {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: [entry],
    outdir: "unused",
    bundle: true,
    write: false,
    metafile: true,
    format: "esm",
    platform: "node",
  });
  const loaded = [...loadedWith(metafile, entry)];
  expect(loaded.length).toBeGreaterThan(100);
  expect(loaded.filter((path) => path.startsWith("node_modules/"))).toEqual([]);
});
