/**
 * `npm run build`: the programs as bundles in dist, which need no node_modules: netwright.mjs, server.mjs, agent.mjs,
 * what they share in dist/chunks, and the licences of what is inside.
 */
import { rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { renderNotices } from "./bundle/notices.ts";
import { root } from "./gate/program.ts";

const programs = {
  netwright: "packages/cli/main.ts",
  server: "packages/server/main.ts",
  agent: "packages/agent/main.ts",
};

const outdir = join(root, "dist");
rmSync(outdir, { recursive: true, force: true });
const result = await build({
  absWorkingDir: root,
  entryPoints: programs,
  outdir,
  bundle: true,
  // A verb's file is loaded only when it is called: that is most of a quick start.
  splitting: true,
  chunkNames: "chunks/[name]-[hash]",
  outExtension: { ".js": ".mjs" },
  format: "esm",
  platform: "node",
  target: "node24",
  // Some libraries are CommonJS and require Node's own modules.
  banner: {
    js: 'import { createRequire as nodeRequire } from "node:module"; const require = nodeRequire(import.meta.url);',
  },
  metafile: true,
  logLevel: "warning",
});
writeFileSync(join(outdir, "THIRD-PARTY.txt"), renderNotices(root, Object.keys(result.metafile.inputs)));
for (const name of Object.keys(programs)) {
  const path = `dist/${name}.mjs`;
  process.stdout.write(`${path.padEnd(20)} ${statSync(join(root, path)).size} B\n`);
}
