import { expect, test } from "vitest";
import { commandsOf, documents } from "../../../tools/docs-commands.ts";
import { allFiles, textOf } from "./repository-files.ts";

const text = allFiles.filter((path) => !/\.(png|ico|gz|bin|pcap)$/.test(path));

test("no path of a developer's machine: it works nowhere else", () => {
  // Composed, so that this file does not find itself.
  const pattern = new RegExp(`(?<![\\w.~$}-])/(?:${["work", "home", "Users"].join("|")})/[a-z]`);
  const faults = text.flatMap((path) =>
    textOf(path)
      .split("\n")
      .flatMap((line, index) => (pattern.test(line) ? [`${path}:${index + 1}: ${line.trim().slice(0, 100)}`] : [])),
  );
  expect(faults).toEqual([]);
});

test("the lock file names no registry, so that any mirror of npm serves", () => {
  expect(textOf("package-lock.json")).not.toContain('"resolved": "http');
});

test("the lock file knows the binaries of every machine, because npm ci refuses one that does not", () => {
  interface Locked {
    readonly optionalDependencies?: Readonly<Record<string, string>>;
  }
  const { packages } = JSON.parse(textOf("package-lock.json")) as {
    readonly packages: Readonly<Record<string, Locked>>;
  };
  const missing = Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies).filter(
      (name) =>
        packages[`node_modules/${name}`] === undefined && packages[`${path}/node_modules/${name}`] === undefined,
    ),
  );
  expect(missing).toEqual([]);
});

test("every command in README.md and docs is run by a test, or says why not", () => {
  const unknown = documents()
    .flatMap(commandsOf)
    .filter((command) => command.kind === "unknown");
  expect(unknown.map(({ file, line, command }) => `${file}:${line}: ${command}`)).toEqual([]);
});
