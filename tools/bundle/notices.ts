/** The licences of what a bundle contains; they ask to be carried along. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Names of the npm packages that files come from. @param inputs paths from the checkout's root */
export function packagesOf(inputs: readonly string[]): readonly string[] {
  const names = inputs.flatMap((path) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1] ?? []);
  return [...new Set(names)].toSorted();
}

function licenceOf(directory: string): string {
  const file = existsSync(directory) ? readdirSync(directory).find((name) => /^licen[cs]e/i.test(name)) : undefined;
  return file === undefined ? "" : readFileSync(join(directory, file), "utf8").trim();
}

/** One text with every package, its version, its licence's name and the licence itself. */
export function renderNotices(root: string, inputs: readonly string[]): string {
  const parts = packagesOf(inputs).map((name) => {
    const directory = join(root, "node_modules", name);
    const about = JSON.parse(readFileSync(join(directory, "package.json"), "utf8")) as {
      readonly version: string;
      readonly license: string;
    };
    return `${name} ${about.version} (${about.license})\n\n${licenceOf(directory)}\n`;
  });
  return parts.join(`\n${"-".repeat(78)}\n\n`);
}
