/** Perl compiles what the lab gives it, without a single warning. */
import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import { labProgram } from "./lab-program.ts";

test("lab.pl", () => {
  expect(spawnSync("perl", ["-c"], { input: labProgram, encoding: "utf8" }).stderr).toBe("- syntax OK\n");
});
