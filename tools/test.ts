/**
 * `npm test [-- SUITE... PATH... OPTION...]`: unit, netns and e2e tests, or the suites named; of these the files whose
 * paths contain one of the words given. Options go to vitest, their values behind `=`. The last line counts all tests.
 */
import { conclude } from "./gate/conclude.ts";
import { runSuites, suites } from "./gate/suites.ts";

const args = process.argv.slice(2);
const named = suites.filter((suite) => args.includes(suite));
const extra = args.filter((word) => !suites.some((suite) => suite === word));
process.exitCode = conclude(await runSuites(named.length === 0 ? suites : named, extra));
