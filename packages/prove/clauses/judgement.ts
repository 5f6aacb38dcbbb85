/** What a clause comes to in one graph. */
import type { Origin } from "@netwright/contract";
import type { Attempt, Edge } from "../classes/edge.ts";
import type { End } from "../classes/ends.ts";
import type { Port } from "./declared-ports.ts";

export type Judgement = Holds | Breaks;

export interface Holds {
  readonly holds: true;
  /** Ways that it rests on: what must be there after the loss of a host too. */
  readonly edges: readonly Edge[];
  /** Keys of assumptions. */
  readonly assumptions: readonly AssumptionKey[];
}

/** The packets of a chain, one for each step of it; none where no packet tells it. */
export interface Breaks {
  readonly holds: false;
  readonly kind: "Reaches" | "DoesNotReach";
  readonly from: End;
  readonly to: End;
  readonly packets: readonly { readonly attempt: Attempt; readonly at: Port }[];
  /** Of the last packet. */
  readonly at: Port | undefined;
  /** What is missing or passed by, in words. */
  readonly why: string;
}

/** What no packet shows. */
export interface Flaw {
  readonly holds: false;
  readonly kind: "Flaw";
  readonly message: string;
  readonly rules: readonly Origin[];
}

export const flaw = (message: string, ...rules: readonly Origin[]): Flaw => ({
  holds: false,
  kind: "Flaw",
  message,
  rules,
});

export const holds = (...assumptions: readonly AssumptionKey[]): Holds => ({ holds: true, edges: [], assumptions });

/** A packet that gets where nothing should. */
export const reached = ({ from, to, protocol, port }: Edge, attempt: Attempt, why = ""): Breaks => ({
  holds: false,
  kind: "Reaches",
  from,
  to,
  packets: [{ attempt, at: { protocol, port } }],
  at: { protocol, port },
  why,
});

/** One that does not get where it should. */
export const missed = ({ from, to, protocol, port }: Edge, attempt: Attempt, why = ""): Breaks => ({
  ...reached({ from, to, protocol, port } as Edge, attempt, why),
  kind: "DoesNotReach",
});

export const assumptionTexts = {
  established:
    "An established connection was allowed when it opened: its packets, replies and errors pass by connection tracking.",
  addresses: "Addresses tell classes apart and no source is forged, which is proved of everything (implied).",
  "connections-cut":
    "Of a flow that closes, the hosts cut the connections that are open, in the same change (driver connections).",
  "make-before-break":
    "In a change, what comes is ready before it is used, and what goes is no longer used before it goes (order of rollouts).",
  "no-instance": "Of a tier without instances, what they may do is proved when there are some.",
  "foreign-routers": "Routers that are not managed announce what they hear.",
  former: "What a service was, and drains, may talk inside the service until it is gone.",
  names: "A rule for egress by name leads to any address that its owner gives it.",
} as const;

export type AssumptionKey = keyof typeof assumptionTexts;
