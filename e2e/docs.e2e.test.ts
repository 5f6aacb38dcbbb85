/**
 * Runs README.md and docs as a reader would: one directory and one machine per page, every command in the order of the
 * page. What a page shows must be what is printed (tools/docs/match-output.ts says how exactly).
 */
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, afterEach, describe, expect, test } from "vitest";
import { documents, runInstead, stepsOf, type DocsCommand } from "../tools/docs-commands.ts";
import { firstMismatch } from "../tools/docs/match-output.ts";
import { repository, runProcess, scratchDirectory } from "./product.ts";

// A page has dozens of commands, and the machine may have other things to do.
const minutes = (count: number): number => count * 60_000;

const environment = (directory: string): NodeJS.ProcessEnv => ({
  ...process.env,
  PATH: `${join(repository, "bin")}:${process.env["PATH"]}`,
  REPOSITORY: repository,
  HOME: directory,
  NO_COLOR: "1",
  LC_ALL: "C.UTF-8",
});

const shell = (command: string, cwd: string) =>
  runProcess(["sh", "-c", `exec 2>&1\n${command}`], { cwd, env: environment(cwd) });

async function followPage(file: string, directory: string): Promise<void> {
  for (const step of stepsOf(file)) {
    if (step.kind === "save") {
      mkdirSync(dirname(join(directory, step.name)), { recursive: true });
      writeFileSync(join(directory, step.name), step.text);
    } else if (step.kind === "run") await runCommand(step, directory);
  }
}

/** What only looks may be asked again: agents report every few seconds. */
const looks =
  /^netwright (get|describe|flows|events|trace|verify|lab status|lab exec \S+ -- (ip|nft|birdc|vtysh|conntrack)) /;
const patience = 120_000;
/** Between two looks. */
const pause = 500;

async function runCommand(step: DocsCommand, directory: string): Promise<void> {
  const { file, line, command, output, exits = 0 } = step;
  const deadline = Date.now() + (looks.test(`${command} `) ? patience : 0);
  for (;;) {
    const { code, stdout } = await shell(runInstead[command] ?? command, directory);
    const mismatch = firstMismatch(output, stdout.split("\n"));
    if (Date.now() < deadline && (mismatch !== undefined || code !== exits)) {
      await delay(pause);
      continue;
    }
    const where = `${file}:${line}: $ ${command}\n${stdout}`;
    expect(code, `${where}exit status`).toBe(exits);
    return expect(mismatch, where).toBeUndefined();
  }
}

test("every command of the documents is run, or a reason is given", () => {
  const commands = documents().flatMap(stepsOf);
  expect(commands.filter(({ kind }) => kind === "unknown")).toEqual([]);
  expect(commands.filter(({ kind }) => kind === "run").length).toBeGreaterThan(30);
});

describe("a page can be followed", () => {
  const directory = scratchDirectory();
  for (const name of ["examples", "samples"]) symlinkSync(join(repository, name), join(directory, name));
  // Also after a page that failed half-way. `lab down` without a lab is no failure.
  afterEach(async () => {
    expect((await shell("netwright lab down", directory)).code).toBe(0);
  });
  afterAll(() => rmSync(directory, { recursive: true }));
  const pages = documents().filter((file) => stepsOf(file).some(({ kind }) => kind === "run"));
  test.each(pages)("%s", (file) => followPage(file, directory), minutes(20));
});
