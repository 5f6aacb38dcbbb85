/**
 * A driver that finds something missing refuses work, and tests of it prove less: what `doctor` says of every driver is
 * compared with e2e/drivers.txt, so that nothing goes missing unseen.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { netwrightProgram, repository, runProcess } from "./product.ts";

interface Finding {
  readonly verdict: string;
  readonly subject: string;
  readonly message: string;
}

test("doctor finds the drivers and their features that are committed", async () => {
  const { stdout } = await runProcess([netwrightProgram, "doctor", "-o", "json"]);
  const drivers = (JSON.parse(stdout) as readonly Finding[]).filter(({ subject }) => /^\w+ \(\w+\)$/.test(subject));
  const lines = drivers.map(({ subject, message }) => `${subject}: ${message}\n`);
  expect(lines.join("")).toBe(readFileSync(join(repository, "e2e/drivers.txt"), "utf8"));
});
