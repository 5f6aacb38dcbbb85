/** Where objects lead once everything is ready, for who has no server that runs them. Pure. */
import type { Diagnostic, Instant } from "@netwright/base";
import type { HostState } from "@netwright/contract";
import { compile } from "./compile.ts";
import { emptyLedger, type Ledger } from "./ledger.ts";
import type { ObjectSet } from "./objects.ts";
import type { Observed } from "./observed.ts";
import { pendingCertificates } from "./plan/pending-certificates.ts";
import { admit } from "./projects/admit.ts";
import { reconcile } from "./reconcile.ts";
import { settle } from "./settle.ts";

export interface Foreseen {
  /** Of every host and managed router, by name. */
  readonly states: ReadonlyMap<string, HostState>;
  readonly ledger: Ledger;
  /** Why a server would not take the objects, as far as that can be told without it. */
  readonly diagnostics: readonly Diagnostic[];
}

/** What ran before: numbers and places that were given out stay. */
export interface Former extends Pick<Foreseen, "ledger"> {
  readonly objects: ObjectSet;
}

export function foresee(objects: ObjectSet, now: Instant, former?: Former): Foreseen {
  const nodes: Observed["nodes"] = new Map(
    [...objects.hosts.keys(), ...objects.routers.keys()].map((name) => [name, { ready: true }]),
  );
  const { objects: before, ledger = emptyLedger } = former ?? {};
  const observed: Observed = { instances: new Map(), nodes };
  const { diagnostics } = reconcile({ objects, before, ledger, observed, now, isForeseen: true });
  const settled = settle(objects, ledger, nodes, now, before);
  const certificates = pendingCertificates(...(before === undefined ? [objects] : [before, objects]));
  const { states } = compile({ objects, ...settled, certificates });
  const refusals = admit(before ?? objects, objects);
  return { states, ledger: settled.ledger, diagnostics: [...diagnostics, ...refusals] };
}
