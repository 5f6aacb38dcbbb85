/** `file`: a file of a node. */
import { cutNote, isUndecided, printExpectation, shown, textProblem } from "./expect-text.ts";
import type { CheckKind } from "./look.ts";

/** Told apart by the exit status: there is none, it is no file, it cannot be read. */
const script = '[ -e "$0" ] || exit 44; [ -d "$0" ] && exit 45; exec cat "$0"';

export const file: CheckKind<"file"> = {
  title: ({ path, exists }, at) => `${at}: ${path} ${exists ? "is there" : "is not there"}`,
  look: async ({ spec: { path, exists, content }, at, world, limit }) => {
    const argv = ["sh", "-c", script, path];
    const { code, stdout, stderr, timedOut, truncated } = await world.run(at as string, { argv }, limit);
    const expected = exists ? printExpectation("content", content) || `${path} is there` : `no ${path}`;
    if (code === 44) return { ok: !exists, expected, seen: `no ${path}` };
    if (timedOut || (code !== 0 && code !== 45)) {
      const why = timedOut ? `not read in ${limit.timeout} ms` : `exit status ${code}: ${shown(stderr)}`;
      return { ok: false, unknown: true, expected, seen: why };
    }
    if (!exists) return { ok: false, expected, seen: code === 45 ? "a directory" : `a file: ${shown(stdout)}` };
    if (content === undefined) return { ok: true, expected, seen: `${path} is there` };
    if (code === 45) return { ok: false, expected, seen: "a directory" };
    const problem = textProblem(stdout, content);
    const seen = `content ${problem ?? `is ${shown(stdout)}`}${cutNote(truncated)}`;
    if (isUndecided(content, truncated, problem)) return { ok: false, unknown: true, expected, seen };
    return { ok: problem === undefined, expected, seen };
  },
};
