// @ts-check
/** What this machine lacks. */
import { accessSync, constants } from "node:fs";
import { modulesAreCurrent, nodeIsThere } from "./node-modules.mjs";
import { nativeIsCurrent } from "./native.mjs";
import { needsOf } from "./packages.mjs";

// Root's PATH may lack the directories of system programs.
const searchPath = [...(process.env.PATH ?? "").split(":"), "/usr/local/sbin", "/usr/sbin", "/sbin"];

/** @param {string} program a name or an absolute path */
export function programIsThere(program, directories = searchPath) {
  const candidates = program.startsWith("/") ? [program] : directories.map((directory) => `${directory}/${program}`);
  return candidates.some((path) => {
    try {
      accessSync(path, /^\/etc\/|\.(py|h)$/.test(program) ? constants.R_OK : constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/**
 * @param {string} root
 * @param {import("./packages.mjs").Stage} stage
 */
export function findMissing(root, stage) {
  return {
    programs: needsOf(stage).filter((entry) => !programIsThere(entry.program)),
    node: !nodeIsThere(root),
    modules: !modulesAreCurrent(root),
    native: !nativeIsCurrent(root),
  };
}

/** @param {ReturnType<typeof findMissing>} missing */
export const isComplete = (missing) =>
  missing.programs.length === 0 && !missing.node && !missing.modules && !missing.native;

/** One aligned line per missing thing: name, where it comes from, why. @param {ReturnType<typeof findMissing>} missing */
export function describeMissing(missing) {
  const rows = missing.programs.map((entry) => [
    entry.program.split("/").at(-1) ?? "",
    `Debian package ${entry.package}`,
    entry.why,
  ]);
  if (missing.node)
    rows.push(["node 24", "npm package node, in .tools", `runs Netwright; this machine has ${process.versions.node}`]);
  if (missing.modules) rows.push(["node_modules", "npm ci", "libraries of Netwright, as package-lock.json names them"]);
  if (missing.native) rows.push(["native/out", "native/build", "the load balancer in the kernel, and wires of labs"]);
  const width = (/** @type {number} */ column) => Math.max(...rows.map((row) => row[column]?.length ?? 0));
  return rows.map(
    ([name = "", source = "", why = ""]) => `  ${name.padEnd(width(0))}  ${source.padEnd(width(1))}  ${why}`,
  );
}
