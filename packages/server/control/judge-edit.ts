/** What an edit would do, and whether it may be done. */
import { formatInstant, milliseconds, type Clock, type Entropy, type Milliseconds } from "@netwright/base";
import type { Planner } from "@netwright/compiler";
import { candidateOf, type Candidate } from "../apply/candidate.ts";
import { checkDiagnostics } from "../apply/check.ts";
import { checkProjects } from "../apply/check-projects.ts";
import type { EditRequest } from "../apply/record-edit.ts";
import { permitted } from "../auth/scope.ts";
import type { Tokens } from "../auth/tokens.ts";
import { sealEdit } from "../secrets/seal-edit.ts";
import type { Sealer } from "../secrets/sealer.ts";
import { newUid } from "../state/uid.ts";
import { volumesIn } from "../status/project-status.ts";
import { checkOwnCertificates } from "./own-certificates.ts";
import type { Decision, Rounds } from "./round.ts";
import type { World } from "./world.ts";

export interface EditDependencies {
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly rounds: Rounds;
  readonly sealer: Sealer;
  readonly tokens: Tokens;
}

export interface JudgedEdit {
  readonly candidate: Candidate;
  readonly decision: Decision;
  readonly plan: ReturnType<Planner["plan"]>;
  /** RFC 3339. */
  readonly at: string;
  readonly spans: { readonly reconciled: Milliseconds; readonly planned: Milliseconds };
}

/** Changes nothing. @throws NetwrightError with everything that is wrong */
export function judgeEdit(
  { clock, entropy, rounds, sealer, tokens }: EditDependencies,
  planner: Planner,
  before: World,
  request: EditRequest,
): JudgedEdit {
  const started = clock.monotonic();
  const stamp = { uid: () => newUid(entropy), now: formatInstant(clock.now()) };
  const edit = sealEdit(sealer, before.items, permitted(request.subject, request.edit(before.items)));
  const candidate = candidateOf(before, edit, stamp);
  const decision = rounds.decide(before, candidate.items, { pins: edit.pins });
  const volumes = volumesIn(before.ledger);
  checkProjects([before.objects, decision.world.objects], candidate.changes, { tokens, volumes });
  checkDiagnostics(before.diagnostics, decision.reconciled.diagnostics, candidate.changes);
  checkOwnCertificates(sealer, clock.now(), decision.world.objects, candidate.changes);
  const reconciled = milliseconds(clock.monotonic() - started);
  const named = new Set(candidate.changes.map(({ object }) => object));
  const planned = clock.monotonic();
  const plan = planner.plan({
    before: before.objects,
    after: decision.world.objects,
    ledger: before.ledger,
    observed: decision.observed,
    now: clock.now(),
    named,
    project: request.subject.project,
  });
  const spans = { reconciled, planned: milliseconds(clock.monotonic() - planned) };
  return { candidate, decision, plan, at: stamp.now, spans };
}
