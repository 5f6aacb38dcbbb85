/** Slot `resolver`: one unbound per network with workloads here, for names inside it and the way to all others. */
import type { Driver } from "@netwright/contract";
import { apply } from "./apply.ts";
import { observe, type ResolverHave } from "./observe.ts";
import { describe, plan, type ResolverChange } from "./plan.ts";
import { probe } from "./probe.ts";
import { want, type ResolverWant } from "./want.ts";

export { hasEnded } from "./ended.ts";

export const resolverUnbound: Driver<ResolverWant, ResolverHave, ResolverChange> = {
  slot: "resolver",
  name: "unbound",
  probe,
  want,
  observe,
  plan,
  apply,
  describe,
};
