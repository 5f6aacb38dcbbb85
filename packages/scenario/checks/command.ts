/** `command`: exit status and output of a command at a node. */
import { cutNote, isUndecided, printExpectation, shown, textProblem } from "./expect-text.ts";
import type { CheckKind } from "./look.ts";

export const argvOf = (run: string | readonly string[]): readonly string[] =>
  typeof run === "string" ? ["sh", "-c", run] : run;

export const printCommand = (run: string | readonly string[]): string =>
  typeof run === "string" ? run : run.join(" ");

export const command: CheckKind<"command"> = {
  title: ({ run }, at) => `${at}: ${printCommand(run).trim().split("\n")[0] ?? ""}`,
  look: async ({ spec, at, world, limit }) => {
    const { code, stdout, stderr, timedOut, truncated } = await world.run(
      at as string,
      { argv: argvOf(spec.run) },
      limit,
    );
    const exit =
      spec.exit === "any" ? "" : spec.exit === "failure" ? "exit status other than 0" : `exit status ${spec.exit}`;
    const expected = [exit, printExpectation("output", spec.stdout), printExpectation("error output", spec.stderr)]
      .filter((part) => part !== "")
      .join(", ");
    if (timedOut)
      return { ok: false, unknown: true, expected, seen: `still running after ${limit.timeout} ms: ${shown(stdout)}` };
    if ((code === 126 || code === 127) && spec.exit !== code)
      return { ok: false, unknown: true, expected, seen: `exit status ${code}, it cannot be run: ${shown(stderr)}` };
    const exits = spec.exit === "any" || (spec.exit === "failure" ? code !== 0 : code === spec.exit);
    const [out, error] = [textProblem(stdout, spec.stdout), textProblem(stderr, spec.stderr)];
    const said = stderr.trim() === "" ? "" : `: ${shown(stderr)}`;
    const seen = [
      ...(exits ? [] : [`exit status ${code}${said}`]),
      ...(out === undefined ? [] : [`output ${out}`]),
      ...(error === undefined ? [] : [`error output ${error}`]),
    ];
    const undecided = exits && (isUndecided(spec.stdout, truncated, out) || isUndecided(spec.stderr, truncated, error));
    return {
      ...(undecided ? { ok: false, unknown: true } : { ok: seen.length === 0 }),
      expected,
      seen: (seen.length === 0 ? `exit status ${code}, ${shown(stdout)}` : seen.join(", ")) + cutNote(truncated),
    };
  },
};
