/** Perl compiles what the lab gives it, without a single warning. */
import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import { wireProgram } from "../wiring/links-script.ts";
import { nodesProgram } from "./node-script.ts";

test.each([
  ["nodes.pl", nodesProgram],
  ["wire.pl", wireProgram],
])("%s", (_, input) => {
  expect(spawnSync("perl", ["-c"], { input, encoding: "utf8" }).stderr).toBe("- syntax OK\n");
});
