/** One check: looked at once, until it holds, or for as long as it must hold. */
import { subjectOf, type Action, type Check, type CheckSubject } from "@netwright/api";
import {
  formatDuration,
  isNetwrightError,
  messageOf,
  milliseconds,
  type Clock,
  type Milliseconds,
} from "@netwright/base";
import { checkKind } from "../checks/registry.ts";
import type { Begun, CheckWorld, Limit, Look } from "../checks/look.ts";
import type { CheckReport, Place } from "../report/report.ts";

export interface CheckRun {
  readonly check: Check;
  /** The step's, for where it is looked. */
  readonly at: Action["at"];
  readonly world: CheckWorld;
  readonly begun: Begun | undefined;
  readonly signal: AbortSignal;
  readonly source: Place;
  /** Since the run began. */
  readonly elapsed: () => Milliseconds;
}

const usualPause = milliseconds(100);
const usualTimeout = milliseconds(10_000);

/** Looked at from no node, whatever the step says. */
const placeless = new Set<CheckSubject>(["capture", "load", "object", "matrix", "throughput", "latency", "program"]);

export function placesOf(check: Check, at: Action["at"]): readonly (string | undefined)[] {
  if (placeless.has(subjectOf(check))) return [undefined];
  const places = check.at ?? at;
  return places === undefined || typeof places === "string" ? [places] : places;
}

export function titleOf(check: Check, at: Action["at"]): string {
  if (check.name !== undefined) return check.name;
  const subject = subjectOf(check);
  const places = placesOf(check, at);
  const place = places.every((each) => each === undefined) ? undefined : places.join(", ");
  const title = checkKind(subject).title(check[subject] as never, place);
  return check.not ? `not: ${title}` : title;
}

/** Never throws: what goes wrong is what it reports. */
export async function runCheck(run: CheckRun): Promise<CheckReport> {
  const { check, world, elapsed } = run;
  const { clock } = world;
  const at = elapsed();
  const begun = clock.monotonic();
  let looks = 0;
  const look = async (): Promise<Look> => {
    looks += 1;
    return lookEverywhere(run);
  };
  const ended = await watch(check, clock, run.signal, look);
  return {
    name: titleOf(check, run.at),
    subject: subjectOf(check),
    verdict: ended.verdict,
    expected: expectedOf(check, ended.look.expected),
    seen: ended.look.seen,
    looks,
    at,
    took: milliseconds(clock.monotonic() - begun),
    source: run.source,
    evidence: ended.look.evidence ?? [],
  };
}

interface Watched {
  readonly verdict: "Passed" | "Failed" | "Error";
  readonly look: Look;
}

async function watch(check: Check, clock: Clock, signal: AbortSignal, look: () => Promise<Look>): Promise<Watched> {
  const { eventually, consistently } = check;
  const pause = check.every ?? usualPause;
  try {
    let last = await look();
    const deadline = clock.monotonic() + (eventually ?? 0);
    while (!last.ok && clock.monotonic() < deadline) {
      await clock.sleep(pause, signal);
      last = await look();
    }
    const until = clock.monotonic() + (consistently ?? 0);
    while (last.ok && clock.monotonic() < until) {
      await clock.sleep(milliseconds(Math.min(pause, Math.max(1, until - clock.monotonic()))), signal);
      last = await look();
    }
    return { verdict: last.ok ? "Passed" : last.unknown ? "Error" : "Failed", look: last };
  } catch (error) {
    // The step's time is over, or what a look needs is not there.
    return { verdict: "Error", look: { ok: false, expected: "it can be looked at", seen: messageOf(error) } };
  }
}

/** At every place at once; the first that is known not to hold speaks for all, or else the first that is not known. */
async function lookEverywhere(run: CheckRun): Promise<Look> {
  const { check } = run;
  const places = placesOf(check, run.at);
  const looks = await Promise.all(places.map((place) => lookAt(run, place)));
  const judged = check.not ? looks.map(turned) : looks;
  const wrong = judged.findIndex(({ ok, unknown }) => !ok && !unknown);
  const bad = wrong >= 0 ? wrong : judged.findIndex(({ ok }) => !ok);
  const shown = judged[Math.max(0, bad)] as Look;
  const seen = places.length > 1 && bad >= 0 ? `at ${places[bad]}: ${shown.seen}` : shown.seen;
  return { ...shown, seen, evidence: judged.flatMap(({ evidence = [] }) => evidence) };
}

/** What could not be found out is no more the other way round. */
const turned = (look: Look): Look => (look.unknown ? look : { ...look, ok: !look.ok });

async function lookAt({ check, world, begun, signal }: CheckRun, at: string | undefined): Promise<Look> {
  const subject = subjectOf(check);
  const limit: Limit = { timeout: check.timeout ?? usualTimeout, signal };
  try {
    return await checkKind(subject).look({ spec: check[subject] as never, check, at, world, limit, begun });
  } catch (error) {
    // A node that does not run may be back when it is looked again.
    if (!isNetwrightError(error) || error.code !== "NW1703" || signal.aborted) throw error;
    return { ok: false, unknown: true, expected: "it can be looked at", seen: messageOf(error) };
  }
}

function expectedOf({ not, eventually, consistently }: Check, expected: string): string {
  return [
    not ? `not: ${expected}` : expected,
    ...(eventually === undefined ? [] : [`within ${formatDuration(eventually)}`]),
    ...(consistently === undefined ? [] : [`for ${formatDuration(consistently)}`]),
  ].join(", ");
}
