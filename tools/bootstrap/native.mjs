// @ts-check
/** The parts in C, built where their sources are newer or nothing is built yet. */
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { noteDirectory } from "./record.mjs";
import { interrupted, lastLines, run, SetupFailure } from "./shell.mjs";

const parts = ["wire", "balancer", "balancer.bpf.o"];

/** Milliseconds since 1970; undefined where there is no such file. @param {string} path */
const changedAt = (path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs;

/** @param {string} root */
export function nativeIsCurrent(root) {
  const native = join(root, "native");
  const sources = readdirSync(native, { recursive: true, encoding: "utf8" }).filter(
    (path) => path === "build" || /^(wire|balancer)\/.*\.[ch]$/.test(path),
  );
  const newest = Math.max(...sources.map((path) => changedAt(join(native, path)) ?? 0));
  return parts.every((part) => (changedAt(join(native, "out", part)) ?? 0) >= newest);
}

/** @param {string} root @param {(line: string) => void} say */
export async function buildNative(root, say) {
  if (!existsSync(join(root, "native/out"))) noteDirectory(root, "native/out");
  say("building native/out");
  const result = await run([join(root, "native/build")], { cwd: root });
  if (result.code === 0 || interrupted()) return;
  throw new SetupFailure(`native/build failed\n${lastLines(result.output)}`, "repair what it names");
}
