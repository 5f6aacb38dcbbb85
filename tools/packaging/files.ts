/** What an installed Netwright is made of. */
import { cpSync, lstatSync, lutimesSync, mkdirSync, readdirSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { root } from "../gate/program.ts";

/** Launcher and bundles, in the places that the launcher knows. */
const programs = [
  ["netwright.mjs", "dist/netwright.mjs"],
  ["server.mjs", "dist/server.mjs"],
  ["prover.mjs", "dist/prover.mjs"],
  ["agent.mjs", "dist/agent.mjs"],
  ["load.mjs", "dist/load.mjs"],
  ["chunks", "dist/chunks"],
  ["THIRD-PARTY.txt", "THIRD-PARTY.txt"],
] as const;

/** @param bundles where they were built. @param directory must not exist, or be empty */
export function copyPrograms(bundles: string, directory: string): void {
  for (const [from, to] of programs) copy(join(bundles, from), join(directory, to));
  for (const name of ["bin/netwright", "LICENSE", "README.md"]) copy(name, join(directory, name));
}

/** @param from absolute, or from the root of the checkout @param without name of directories that stay behind */
export function copy(from: string, to: string, without?: string): void {
  mkdirSync(dirname(to), { recursive: true });
  const filter = (path: string): boolean => basename(path) !== without;
  cpSync(resolve(root, from), to, { recursive: true, dereference: true, filter });
}

/** Gives all below a directory one time, so that two builds of one commit are the same octets. @param time in seconds */
export function settleTimes(directory: string, time: number): void {
  for (const name of readdirSync(directory, { recursive: true, encoding: "utf8" }).toSorted().toReversed())
    lutimesSync(join(directory, name), time, time);
  lutimesSync(directory, time, time);
}

/** Octets of all files below a directory. */
export const sizeOf = (directory: string): number =>
  readdirSync(directory, { recursive: true, encoding: "utf8" }).reduce((sum, name) => {
    const stat = lstatSync(join(directory, name));
    return sum + (stat.isFile() ? stat.size : 0);
  }, 0);
