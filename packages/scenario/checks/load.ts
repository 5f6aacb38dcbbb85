/** `load`: what became of the requests of a load. */
import { milliseconds } from "@netwright/base";
import type { SubjectOf } from "@netwright/api";
import type { LoadCounts } from "../loads/running-load.ts";
import type { CheckKind } from "./look.ts";
import { printTime } from "./probe/outcome.ts";

type LoadCheck = SubjectOf<"load">;

export const load: CheckKind<"load"> = {
  title: ({ name, failed, since, last }) =>
    `${failed === 0 ? "no failed request" : `at most ${failed} failed requests`} in ${last === undefined ? "" : `the last ${last} of `}${name}${since === undefined ? "" : ` since ${since}`}`,
  look: async ({ spec, world, limit }) => {
    const expected = printExpected(spec);
    const running = world.load(spec.name);
    if (running === undefined) return { ok: false, unknown: true, expected, seen: `there is no load ${spec.name}` };
    const began = spec.since === undefined ? milliseconds(0) : world.stepBegan(spec.since);
    if (began === undefined)
      return { ok: false, unknown: true, expected, seen: `the step ${spec.since} has not begun` };
    const counts = await running.counts(began, spec.last, limit.signal);
    if (counts === undefined) return { ok: false, unknown: true, expected, seen: "some requests are still under way" };
    const problems = problemsOf(spec, counts);
    const text = counts.failures.map(({ at, message }) => `${printTime(at)}: ${message}`).join("\n");
    return {
      ok: problems.length === 0,
      expected,
      seen: problems.length > 0 ? problems.join(", ") : `${counts.succeeded} succeeded, ${counts.failed} failed`,
      ...(text === "" ? {} : { evidence: [{ kind: "Text", name: `first failures of ${spec.name}`, text }] }),
    };
  },
};

const printExpected = ({ failed, atLeast, last, p99 }: LoadCheck): string =>
  [
    ...(last === undefined ? [] : [`the last ${last} requests`]),
    failed === 0 ? "no failed request" : `at most ${failed} failed requests`,
    `at least ${atLeast} that succeeded`,
    ...(p99 === undefined ? [] : [`99 of 100 within ${printTime(p99)}`]),
  ].join(", ");

export function problemsOf(spec: LoadCheck, { succeeded, failed, p99, failures }: LoadCounts): readonly string[] {
  const [first] = failures;
  const message = first === undefined ? "" : `, the first after ${printTime(first.at)}: ${first.message}`;
  return [
    ...(failed > spec.failed ? [`${failed} of ${succeeded + failed} failed${message}`] : []),
    ...(succeeded < spec.atLeast ? [`${succeeded} succeeded`] : []),
    ...(succeeded + failed < (spec.last ?? 0) ? [`only ${succeeded + failed} were sent`] : []),
    ...(spec.p99 === undefined || (p99 !== null && p99 <= spec.p99)
      ? []
      : [`99 of 100 within ${p99 === null ? "no time that is known" : printTime(p99)}`]),
  ];
}
