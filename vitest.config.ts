/**
 * Three suites. `unit` needs nothing. `netns` changes the kernel and `e2e` boots labs: both run inside tools/sandbox
 * only, each file in one of its own. `npm test` runs all three.
 */
import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

const sandboxed = process.env.NETWRIGHT_SANDBOX === "1";
const asked = process.argv.slice(2).join(" ");

if (!sandboxed && /--project[= ](netns|e2e)|\.netns\.|\.e2e\./.test(asked)) {
  process.stderr.write(
    "error NW1001 usage: these tests change links, rules and processes and run only in a sandbox of their own\n" +
      `  hint: tools/sandbox node_modules/.bin/vitest ${asked}\n`,
  );
  process.exit(2);
}
if (!sandboxed)
  process.stderr.write("netns and e2e tests are left out here; npm test runs them, inside tools/sandbox\n");

const minutes = (count: number): number => count * 60_000;

/** A machine that does much else is slow, not wrong: whoever waits for something waits long. It costs who passes nothing. */
const patient = {
  testTimeout: minutes(3),
  hookTimeout: minutes(3),
  expect: { poll: { timeout: minutes(1) } },
};

const unit = {
  test: {
    ...patient,
    name: "unit",
    include: ["{packages,tools,bench}/**/*.test.ts"],
    exclude: ["**/node_modules/**", "**/*.netns.test.ts"],
    // Vitest would leave a processor to itself, which has little to do.
    maxWorkers: availableParallelism(),
    // Modules of ours remember nothing that a test could see: loading them once for all files takes half of the time away.
    isolate: false,
  },
};

const netns = {
  test: {
    ...patient,
    name: "netns",
    include: ["{packages,native}/**/*.netns.test.ts"],
    fileParallelism: false,
    sequence: { groupOrder: 1 },
  },
};

const e2e = {
  test: {
    ...patient,
    name: "e2e",
    include: ["e2e/**/*.e2e.test.ts"],
    testTimeout: minutes(8),
    hookTimeout: minutes(8),
    fileParallelism: false,
    sequence: { groupOrder: 2 },
  },
};

export default defineConfig({
  test: { projects: sandboxed ? [unit, netns, e2e] : [unit], pool: "forks" },
});
