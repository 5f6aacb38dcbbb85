/** A ruleset of nftables, as `nft -j list ruleset` prints it (libnftables-json(5)): its base chains and where they lead. Pure. */
export interface Chain {
  readonly family: string;
  readonly table: string;
  readonly name: string;
  /** Only of base chains. */
  readonly hook: string | null;
  readonly policy: "accept" | "drop";
  readonly rules: readonly (readonly Statement[])[];
}

/** One key each, for example `match`, `accept`, `jump`. */
export type Statement = Readonly<Record<string, unknown>>;

/** By family, table and name. */
export type Ruleset = ReadonlyMap<string, Chain>;

export const chainKey = (family: string, table: string, name: string): string => `${family} ${table} ${name}`;

interface Item {
  readonly chain?: {
    readonly family: string;
    readonly table: string;
    readonly name: string;
    readonly hook?: string;
    readonly policy?: string;
  };
  readonly rule?: {
    readonly family: string;
    readonly table: string;
    readonly chain: string;
    readonly expr?: readonly Statement[];
  };
}

export function parseRuleset(json: string): Ruleset {
  const { nftables } = JSON.parse(json) as { readonly nftables: readonly Item[] };
  const rules = Map.groupBy(
    nftables.flatMap(({ rule }) => (rule === undefined ? [] : [rule])),
    ({ family, table, chain }) => chainKey(family, table, chain),
  );
  return new Map(
    nftables.flatMap(({ chain }): readonly (readonly [string, Chain])[] => {
      if (chain === undefined) return [];
      const { family, table, name, hook = null, policy } = chain;
      const key = chainKey(family, table, name);
      const statements = (rules.get(key) ?? []).map(({ expr = [] }) => expr);
      return [[key, { family, table, name, hook, policy: policy === "drop" ? "drop" : "accept", rules: statements }]];
    }),
  );
}
