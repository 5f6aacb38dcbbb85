/** Names for class numbers, for people. */
import type { ClassId } from "@netwright/contract";
import { groupsOf } from "../grouped-ledger.ts";
import type { Ledger } from "../ledger.ts";

/** `FROM -> TO` of one network, `PROJECT/NAME`: tiers alone inside one service, `SERVICE/TIER` between two. Class 0 is outside. */
export type NamePair = (network: string, from: ClassId, to: ClassId) => string;

/** From several ledgers: where one number has two names, the later ledger wins. */
export function classNames(...ledgers: readonly Ledger[]): NamePair {
  const known = new Map<string, { readonly service: string; readonly tier: string }>();
  for (const [, entry] of ledgers.flatMap((ledger) => groupsOf(ledger).all("Class")))
    known.set(`${entry.project}/${entry.network} ${entry.id}`, entry);
  return (network, from, to) => {
    const own = known.get(`${network} ${from}`);
    if (to === 0 && own !== undefined) return `${own.service}/${own.tier} -> internet`;
    const [a, b] = [from, to].map((id) => known.get(`${network} ${id}`) ?? { service: "class", tier: String(id) });
    const inside = a !== undefined && a.service === b?.service;
    return [a, b].map((each) => (inside ? each?.tier : `${each?.service}/${each?.tier}`)).join(" -> ");
  };
}
