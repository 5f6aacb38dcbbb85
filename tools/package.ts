/**
 * `npm run package [-- DIRECTORY]`: builds the programs, then the Debian package and the npm package from them, into dist
 * or the directory given.
 */
import { mkdirSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative, resolve } from "node:path";
import { productVersion } from "@netwright/base/version.ts";
import { root } from "./gate/program.ts";
import { buildDebian } from "./packaging/debian.ts";
import { buildNpm } from "./packaging/npm.ts";
import { run } from "./packaging/run.ts";

const output = resolve(process.argv[2] ?? join(root, "dist"));
await run([process.execPath, join(root, "tools/build.ts"), output]);
/** Of the commit, or what whoever builds the package says (reproducible-builds.org). */
const time = Number(process.env["SOURCE_DATE_EPOCH"] ?? (await run(["git", "-C", root, "log", "-1", "--format=%ct"])));
const work = mkdtempSync(join(tmpdir(), "netwright-package-"));
try {
  const directory = (name: string): string => {
    mkdirSync(join(work, name));
    return join(work, name);
  };
  const built = [
    await buildDebian({ version: productVersion, time, work: directory("debian"), output }),
    await buildNpm(directory("npm"), output),
  ];
  for (const path of built) process.stdout.write(`${relative(root, path).padEnd(36)} ${statSync(path).size} B\n`);
} finally {
  rmSync(work, { recursive: true });
}
