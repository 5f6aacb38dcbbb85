/** How long `netwright version` takes from the bundle, through the launcher, beside a Node that does nothing. */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { NetwrightError } from "@netwright/base";
import type { Benchmark, Side } from "../tools/measure/benchmark.ts";

const root = join(import.meta.dirname, "..");

function program(command: string, ...args: readonly string[]): Side {
  return {
    run: async () => {
      const { status, stderr } = spawnSync(command, args, { cwd: root, encoding: "utf8" });
      if (status !== 0)
        throw new NetwrightError("NW1601", `${command} ${args.join(" ")} ended with ${status}: ${stderr}`);
    },
  };
}

export const benchmark: Benchmark = {
  name: "cli-start",
  bar: "the bundle answers `netwright version` in less than 100 ms",
  cases: async () => {
    if (!existsSync(join(root, "dist/netwright.mjs"))) {
      throw new NetwrightError("NW1602", "the bundle was not built", { hint: "npm run build" });
    }
    const measured = program("bin/netwright", "version");
    const baseline = program("node", "-e", "0");
    return [{ name: "netwright version", bars: [{ of: "median", atMost: 100 }], measured, baseline }];
  },
};
