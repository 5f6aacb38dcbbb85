/**
 * `npm run build [-- DIRECTORY]`: the programs as bundles in dist, or in the directory given, which need no node_modules: netwright.mjs is all of Netwright and
 * loads what a verb needs from dist/chunks; server.mjs, prover.mjs (its thread that proves), agent.mjs and load.mjs (requests of scenarios) are one file each,
 * for who runs only that.
 * The licences of what is inside stand in THIRD-PARTY.txt.
 */
import { rmSync, statSync, writeFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { build, type BuildOptions } from "esbuild";
import { builtinModules } from "./bundle/builtin-modules.ts";
import { renderNotices } from "./bundle/notices.ts";
import { root } from "./gate/program.ts";

const outdir = resolve(process.argv[2] ?? join(root, "dist"));

const common = {
  absWorkingDir: root,
  outdir,
  bundle: true,
  outExtension: { ".js": ".mjs" },
  format: "esm",
  platform: "node",
  target: "node24",
  // Some libraries are CommonJS and require Node's own modules.
  banner: {
    js: 'const require = process.getBuiltinModule("node:module").createRequire(import.meta.url);',
  },
  plugins: [builtinModules],
  metafile: true,
  logLevel: "warning",
} satisfies BuildOptions;

rmSync(outdir, { recursive: true, force: true });
// esbuild has printed what is wrong.
const failed = (): never => process.exit(1);
const results = [
  // A verb's file is loaded only when it is called: that is most of a quick start.
  await build({
    ...common,
    entryPoints: { netwright: "packages/cli/main.ts" },
    splitting: true,
    chunkNames: "chunks/[name]-[hash]",
  }).catch(failed),
  await build({
    ...common,
    entryPoints: {
      server: "packages/server/main.ts",
      prover: "packages/server/proof/main.ts",
      agent: "packages/agent/main.ts",
      load: "packages/scenario/loads/main.ts",
    },
  }).catch(failed),
];

const inputs = results.flatMap(({ metafile }) => Object.keys(metafile.inputs));
writeFileSync(join(outdir, "THIRD-PARTY.txt"), renderNotices(root, inputs));
for (const name of ["netwright", "server", "prover", "agent", "load"]) {
  const path = join(outdir, `${name}.mjs`);
  process.stdout.write(`${relative(root, path).padEnd(20)} ${statSync(path).size} B\n`);
}
