/** The first half of an edit: judged, decided and planned; nothing is changed. */
import { formatInstant, milliseconds } from "@netwright/base";
import type { ForeseenChange, Planner } from "@netwright/compiler";
import { candidateOf, type Candidate } from "../apply/candidate.ts";
import { checkDiagnostics } from "../apply/check.ts";
import { checkProjects } from "../apply/check-projects.ts";
import type { EditRequest } from "../apply/record-edit.ts";
import { permitted } from "../auth/scope.ts";
import { sealEdit } from "../secrets/seal-edit.ts";
import { newUid } from "../state/uid.ts";
import { volumesIn } from "../status/project-status.ts";
import type { ControllerDependencies } from "./dependencies.ts";
import { checkOwnCertificates } from "./own-certificates.ts";
import type { Decision } from "./round.ts";
import type { ComputedSpans } from "./stages.ts";
import type { World } from "./world.ts";

export interface PreparedEdit {
  /** What it was decided from. */
  readonly before: World;
  readonly candidate: Candidate;
  readonly decision: Decision;
  readonly foreseen: ForeseenChange;
  readonly spans: Pick<ComputedSpans, "reconciled" | "planned">;
  /** RFC 3339. */
  readonly at: string;
}

type Dependencies = Pick<ControllerDependencies, "clock" | "rounds" | "entropy" | "sealer" | "tokens">;

/** @throws NetwrightError with everything that is wrong with it, but for what it does to contracts. */
export function prepareEdit(
  { clock, rounds, entropy, sealer, tokens }: Dependencies,
  planner: Planner,
  before: World,
  request: EditRequest,
): PreparedEdit {
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
  const planned = clock.monotonic();
  const foreseen = planner.foresee({
    before: before.objects,
    after: decision.world.objects,
    ledger: before.ledger,
    observed: decision.observed,
    now: clock.now(),
    named: new Set(candidate.changes.map(({ object }) => object)),
    project: request.subject.project,
  });
  const spans = { reconciled, planned: milliseconds(clock.monotonic() - planned) };
  return { before, candidate, decision, foreseen, spans, at: stamp.now };
}
