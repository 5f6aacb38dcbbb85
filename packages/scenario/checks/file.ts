/** `file`: a file of a node. */
import { printExpectation, shown, textProblem } from "./expect-text.ts";
import type { CheckKind } from "./look.ts";

/** Told apart by the exit status: there is none, it is no file, it cannot be read. */
const script = '[ -e "$0" ] || exit 44; [ -d "$0" ] && exit 45; exec cat "$0"';

export const file: CheckKind<"file"> = {
  title: ({ path, exists }, at) => `${at}: ${path} ${exists ? "is there" : "is not there"}`,
  look: async ({ spec: { path, exists, content }, at, world, limit }) => {
    const { code, stdout, stderr } = await world.run(at as string, { argv: ["sh", "-c", script, path] }, limit);
    const expected = exists ? printExpectation("content", content) || `${path} is there` : `no ${path}`;
    if (code === 44) return { ok: !exists, expected, seen: `no ${path}` };
    if (!exists) return { ok: false, expected, seen: code === 45 ? "a directory" : `a file: ${shown(stdout)}` };
    if (content === undefined) return { ok: true, expected, seen: `${path} is there` };
    if (code !== 0) return { ok: false, expected, seen: code === 45 ? "a directory" : shown(stderr) };
    const problem = textProblem(stdout, content);
    return { ok: problem === undefined, expected, seen: `content ${problem ?? `is ${shown(stdout)}`}` };
  },
};
