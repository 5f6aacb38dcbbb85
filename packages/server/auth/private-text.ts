/**
 * Texts for people of one project. Names of hosts and routers are public, for a project's own instances are on them; how
 * full hosts and pools are, what is wrong on a host, and everything of other projects is not.
 */
import { ContractsBroken, isContractsBroken, type Event, type Plan, type WireObject } from "@netwright/api";
import { isNetwrightError, NetwrightError, type Diagnostic } from "@netwright/base";
import { visibleClauses } from "../proof/weigh.ts";
import { isVisibleName } from "./scope.ts";

/** What is about the site begins after these. */
const siteFacts: readonly (readonly [RegExp, string])[] = [
  [/(fit nowhere|cannot be replaced \([^)]*\)|has no free address left): .*/s, "$1"],
  [/least loaded: \d+ instances?/, "least loaded"],
];

export const publicText = (text: string): string =>
  siteFacts.reduce((result, [pattern, instead]) => result.replace(pattern, instead), text);

/** Reason of a condition whose message quotes what a host reports of all that is on it. */
const hostProblem = "Problem";

export function publicObject(object: WireObject): WireObject {
  const conditions = object.status?.["conditions"] as readonly Record<string, string>[] | undefined;
  if (conditions === undefined || object.kind !== "Service") return object;
  const shown = conditions.map((condition) => {
    const { reason = "", message = "" } = condition;
    return { ...condition, message: reason === hostProblem ? withoutProblem(message) : publicText(message) };
  });
  return { ...object, status: { ...object.status, conditions: shown } };
}

export function publicEvent(event: Event): Event {
  const quoted = `${hostProblem}: `;
  if (!event.message.startsWith(quoted)) return { ...event, message: publicText(event.message) };
  return { ...event, message: quoted + withoutProblem(event.message.slice(quoted.length)) };
}

/** `host1: SLOT: MESSAGE`. */
const withoutProblem = (message: string): string => `${message.split(":", 1)[0] ?? "a host"} has one`;

export const publicPlan = (plan: Plan): Plan => ({
  ...plan,
  placements: plan.placements.map((placement) => ({ ...placement, reason: publicText(placement.reason) })),
});

/** A failure without what it says of others. What is not ours is left alone: it is told without its text anyway. */
export function publicFailure(project: string, failure: unknown): unknown {
  if (!isNetwrightError(failure)) return failure;
  if (isContractsBroken(failure)) return publicRefusal(project, failure);
  const diagnostics = failure.diagnostics.map((diagnostic) => publicDiagnostic(project, diagnostic));
  const [first, ...more] = diagnostics;
  if (first === undefined || diagnostics.every((each, index) => each === failure.diagnostics[index])) return failure;
  const { code, message, ...rest } = first;
  return new NetwrightError(code, message, rest, more);
}

/** Somebody else's contract stands in the way of people without their being told what is in it. */
function publicRefusal(project: string, { broken }: ContractsBroken): NetwrightError {
  const own = visibleClauses(project, broken);
  if (own.length > 0) return new ContractsBroken(own);
  const message = `it would break a contract outside of project ${project}`;
  return new NetwrightError("NW1313", message, { hint: "who runs the site can say which" });
}

/** Codes of what an object that is not named may be about: the request itself. */
const subjectOf = ({ subject }: Diagnostic): string | undefined =>
  subject?.includes("/") === true ? subject : undefined;

function publicDiagnostic(project: string, diagnostic: Diagnostic): Diagnostic {
  const { code, subject } = diagnostic;
  const denial = code === "NW1504" || code === "NW1501" || code === "NW1502";
  const object = subjectOf(diagnostic);
  if (!denial && object !== undefined && !isVisibleName(project, object)) {
    const message = `it collides with something outside of project ${project}`;
    return { code, message, hint: "who runs the site can say with what" };
  }
  const message = publicText(diagnostic.message);
  if (message === diagnostic.message) return diagnostic;
  const { hint: _, ...rest } = diagnostic;
  return { ...rest, message, ...(subject === undefined ? {} : { subject }), hint: "who runs the site can say why" };
}
