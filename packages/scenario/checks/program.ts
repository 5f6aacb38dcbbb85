/** `program`: a check of the user's own, in any language, beside the runner. */
import type { Evidence } from "../report/report.ts";
import { shown } from "./expect-text.ts";
import type { CheckKind, Look } from "./look.ts";
import { parseTap, type TapPoint } from "./tap.ts";

export const program: CheckKind<"program"> = {
  title: ({ path, args }) => [path, ...args].join(" "),
  look: async ({ spec: { path, args, tap }, world, limit }) => {
    const executable = path.includes("/") ? path : `./${path}`;
    const done = await world.runHere([executable, ...args], limit);
    const expected = tap ? "every test point is ok, as planned" : "exit status 0";
    if (done.timedOut) return { ok: false, unknown: true, expected, seen: `still running after ${limit.timeout} ms` };
    const said = (done.stderr.trim() === "" ? done.stdout : done.stderr).trim();
    const exit = `exit status ${done.code}`;
    if (done.code === 126 || done.code === 127)
      return { ok: false, unknown: true, expected, seen: `${exit}, it cannot be run: ${shown(said.slice(-300))}` };
    if (tap) return judgeTap(done.code, done.stdout, expected, said);
    return {
      ok: done.code === 0,
      expected,
      seen: said === "" ? exit : `${exit}: ${shown(said.slice(-300))}`,
      evidence: written(said),
    };
  },
};

export function judgeTap(code: number, stdout: string, expected: string, said: string): Look {
  const { passed, failing, problem } = parseTap(stdout);
  const seen = [
    ...(failing.length === 0
      ? []
      : [`${failing.length} of ${passed + failing.length} not ok: ${failing.map(nameOf).join("; ")}`]),
    ...(problem === undefined ? [] : [problem]),
    ...(code === 0 ? [] : [`exit status ${code}`]),
  ];
  const evidence = failing.map((point): Evidence => ({
    kind: "Text",
    name: `not ok ${nameOf(point)}`,
    text: point.details,
  }));
  const ok = seen.length === 0;
  return {
    ok,
    // A test that gave up, or has no points, has not found anything out.
    ...(failing.length === 0 && problem !== undefined ? { unknown: true } : {}),
    expected,
    seen: ok ? `${passed} test points ok` : seen.join(", "),
    evidence: ok ? [] : [...evidence, ...written(said)],
  };
}

const nameOf = ({ number, description }: TapPoint): string =>
  description === "" ? String(number) : `${number} ${description}`;

const written = (text: string): readonly Evidence[] =>
  text === "" ? [] : [{ kind: "Text", name: "what it wrote", text: text.slice(-65_536) }];
