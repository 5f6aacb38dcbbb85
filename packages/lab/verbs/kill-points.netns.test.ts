/** Whatever is killed whenever: `down` leaves the machine as it was. NETWRIGHT_KILL_POINTS and NETWRIGHT_SEED choose. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const points = Number(process.env["NETWRIGHT_KILL_POINTS"] ?? 10);
const seed = Number(process.env["NETWRIGHT_SEED"] ?? 1);
const repository = new URL("../../../", import.meta.url).pathname;
const minute = 60_000;

interface Result {
  readonly told: string;
  readonly up: number | null;
  readonly down: number | null;
  readonly left: readonly string[];
}

test(
  `down after kill -9 at ${points} random points, seed ${seed}`,
  { timeout: (2 + points / 4) * minute },
  async () => {
    // A sandbox of its own: other tests make and remove things in this one.
    const { NETWRIGHT_SANDBOX: _, ...env } = process.env;
    const words = [`${repository}packages/lab/testdata/kill-points.ts`, String(points), String(seed)];
    const { stdout } = await promisify(execFile)(`${repository}tools/sandbox`, [process.execPath, ...words], { env });
    const results = JSON.parse(stdout) as readonly Result[];
    expect(results).toHaveLength(points + 1);
    expect(results[0]?.up).toBe(0);
    expect(results.filter(({ down, left }) => down !== 0 || left.length > 0)).toEqual([]);
  },
);
