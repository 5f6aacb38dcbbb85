/** Benchmarks that take the product apart, once each: whether they still run, not what they find. */
import { expect, test } from "vitest";
import { repository, runProcess } from "./product.ts";

const named = ["apply", "scale", "https", "throughput", "load-balancers"];

test("they run, and each has a figure", async () => {
  const program = `${repository}/tools/bench`;
  const { stdout, stderr } = await runProcess([program, ...named, "--rounds", "1"]);
  expect(stderr).not.toContain(" failed: ");
  for (const name of named) expect(stdout).toMatch(new RegExp(`^${name} .*\\d`, "m"));
});
