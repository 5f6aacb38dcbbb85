/**
 * `npm test [-- SUITE... VITEST-ARGUMENT...]`: unit, netns and e2e tests, or the suites named. Other arguments go to
 * vitest. The last line counts all of them.
 */
import { conclude } from "./gate/conclude.ts";
import { runSuite, suites } from "./gate/suites.ts";
import { add, nothing } from "./gate/tally.ts";

const args = process.argv.slice(2);
const named = suites.filter((suite) => args.includes(suite));
const extra = args.filter((word) => !suites.some((suite) => suite === word));

let tally = nothing;
for (const suite of named.length === 0 ? suites : named) {
  tally = add(tally, await runSuite(suite, extra));
}
process.exitCode = conclude(tally);
