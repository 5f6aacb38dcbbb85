/** The repository as the house rules see it: files and their text, without what is installed or built. */
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";

const root = join(import.meta.dirname, "../../..");
const notOurs = new Set([".git", ".tools", "node_modules", "dist", "coverage", "results", "out"]);

function walk(directory: string): readonly string[] {
  return readdirSync(directory, { withFileTypes: true }).flatMap((entry) => {
    if (notOurs.has(entry.name)) return [];
    const path = join(directory, entry.name);
    if (entry.isDirectory()) return walk(path);
    return entry.isFile() ? [path] : [];
  });
}

/** Every file, as a path from the repository's root. */
export const allFiles: readonly string[] = walk(root).map((path) => relative(root, path));

export const textOf = (path: string): string => readFileSync(join(root, path), "utf8");

/** What only tests use: tests, and what they share in a folder `testing` or a file `testing.ts`. */
export const isTest = (path: string): boolean => /\.test\.ts$|\/testing(\/|\.ts$)/.test(path);

/** TypeScript of the packages; recorded data and programs that only tests start are left out. */
export const packageSources: readonly string[] = allFiles.filter(
  (path) => /^packages\/.*\.ts$/.test(path) && !path.includes("/testdata/"),
);

/** What ships: package sources without tests and without the testkit. */
export const shippedSources: readonly string[] = packageSources.filter(
  (path) => !isTest(path) && !path.startsWith("packages/testkit/"),
);

/** Sub-folders of a folder that hold files, by name. */
export function foldersIn(parent: string): readonly string[] {
  const names = allFiles
    .filter((path) => path.startsWith(`${parent}/`))
    .map((path) => path.slice(parent.length + 1))
    .filter((rest) => rest.includes("/"))
    .map((rest) => rest.slice(0, rest.indexOf("/")));
  return [...new Set(names)];
}
