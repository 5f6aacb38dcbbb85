/** Names for class numbers, for people. */
import type { ClassId } from "@netwright/contract";
import type { Ledger } from "../ledger.ts";

export interface ClassNames {
  /** `SERVICE/TIER`; `class N` when nobody knows it. */
  readonly full: (network: string, id: ClassId) => string;
  /** TIER alone for a class of the service named, else as `full`. */
  readonly short: (network: string, id: ClassId, service: string) => string;
}

/** From several ledgers: where one number has two names, the later ledger wins. `network` is `PROJECT/NAME`. */
export function classNames(...ledgers: readonly Ledger[]): ClassNames {
  const known = new Map<string, { readonly service: string; readonly tier: string }>();
  for (const entry of ledgers.flatMap((ledger) => [...ledger.values()])) {
    if (entry.kind === "Class") known.set(`${entry.project}/${entry.network} ${entry.id}`, entry);
  }
  const full = (network: string, id: ClassId): string => {
    const found = known.get(`${network} ${id}`);
    return found === undefined ? `class ${id}` : `${found.service}/${found.tier}`;
  };
  const short = (network: string, id: ClassId, service: string): string => {
    const found = known.get(`${network} ${id}`);
    return found?.service === service ? found.tier : full(network, id);
  };
  return { full, short };
}
