/**
 * After anything was killed at any moment, `lab down` leaves the machine as it was. NETWRIGHT_KILL_POINTS asks for more
 * than 50 points, NETWRIGHT_SEED for those of an earlier run.
 */
import { join } from "node:path";
import { expect, test } from "vitest";
import { repository, runProcess } from "./product.ts";

const points = Number(process.env["NETWRIGHT_KILL_POINTS"] ?? 50);
const seed = Number(process.env["NETWRIGHT_SEED"] ?? Date.now() % 1_000_000);
/** Sandboxes side by side: a lab mostly waits for its routers. */
const lanes = 3;

test(`nothing is left after ${points} kills of up, apply, delete, down and of anything in the lab (seed ${seed})`, async () => {
  const each = Math.ceil(points / lanes);
  const script = join(repository, "e2e/kill-points.ts");
  const { NETWRIGHT_SANDBOX: _, ...env } = process.env;
  const runs = await Promise.all(
    Array.from({ length: lanes }, (__, lane) => {
      const command = [
        join(repository, "tools/sandbox"),
        process.execPath,
        script,
        `kills${lane}`,
        `${each}`,
        `${seed + lane}`,
      ];
      return runProcess(command, { env });
    }),
  );
  const results = runs.flatMap(({ code, stdout, stderr }, lane) => {
    expect(code, `lane ${lane} of seed ${seed}: ${stderr}`).toBe(0);
    return stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { told: string; left: readonly string[] });
  });
  expect(results).toHaveLength(lanes * (each + 1));
  expect(results.filter(({ left }) => left.length > 0)).toEqual([]);
}, 1_800_000);
