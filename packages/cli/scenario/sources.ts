/** The disk and the labs of this machine, for the loader of scenarios. */
import { posix } from "node:path";
import { nodeReader } from "@netwright/api/load/read-disk.ts";
import { NetwrightError, type Diagnostic } from "@netwright/base";
import { findLab } from "@netwright/lab";
import type { LoadSources } from "@netwright/scenario";
import { labContext } from "../lab/context.ts";
import { readLabManifest } from "../lab/manifest.ts";

const octetsMax = 4 * 2 ** 20;

/** @param texts gets every text that was read, for quoting lines of it. */
export const scenarioSources = (texts: Map<string, string>): LoadSources => ({
  async read(path) {
    const octets = await nodeReader.read(path, octetsMax);
    if (typeof octets === "string") return { problem: octets };
    if (octets.length > octetsMax) return { problem: `more than ${octetsMax} octets` };
    const text = new TextDecoder().decode(octets);
    texts.set(path, text);
    return { text };
  },
  readLab: readLabManifest,
  running: async (name) => (await findLab(labContext, name)).record.topology,
});

/** Files with scenarios and suites; of a directory all that hold one. @throws NW1101 for a path that is not there. */
export async function scenarioFiles(paths: readonly string[]): Promise<readonly string[]> {
  const problems: Diagnostic[] = [];
  const found: string[] = [];
  for (const path of paths) {
    const inside = await nodeReader.list(path);
    if (inside === undefined) {
      found.push(path);
      continue;
    }
    const files = inside.filter((name) => /\.ya?ml$/.test(name)).map((name) => posix.join(path, name));
    const tests: string[] = [];
    for (const file of files) if (await holdsTest(file)) tests.push(file);
    if (tests.length === 0)
      problems.push({
        code: "NW1101",
        message: `${path}: the directory holds no Scenario and no Suite`,
        hint: "name files, or another directory",
      });
    found.push(...tests);
  }
  if (problems.length > 0) throw NetwrightError.of(problems);
  const members = new Set<string>();
  for (const file of found) for (const member of await suiteMembers(file)) members.add(member);
  // What a suite runs is not run again by itself, unless it was named.
  return [...new Set(found)].filter((file) => paths.includes(file) || !members.has(file));
}

const textOf = async (file: string): Promise<string> => {
  const octets = await nodeReader.read(file, octetsMax);
  return typeof octets === "string" ? "" : new TextDecoder().decode(octets);
};

const holdsTest = async (file: string): Promise<boolean> => /^kind: *["']?(Scenario|Suite)\b/m.test(await textOf(file));

async function suiteMembers(file: string): Promise<readonly string[]> {
  const text = await textOf(file);
  if (!/^kind: *["']?Suite\b/m.test(text)) return [];
  const { parseDocuments } = await import("@netwright/api/load/parse-documents.ts");
  return parseDocuments(text, file).documents.flatMap(({ value }) => {
    const { scenarios } = (value as { spec?: { scenarios?: unknown } } | null)?.spec ?? {};
    return Array.isArray(scenarios)
      ? scenarios.filter((each) => typeof each === "string").map((each) => posix.join(posix.dirname(file), each))
      : [];
  });
}
