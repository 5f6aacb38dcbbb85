/**
 * One nftables table as data: what a driver wants in it. Rules carry a comment of their name and a digest of their
 * text, sets a digest of their declaration, so that what is in the kernel can be compared without parsing expressions.
 */
import { hash } from "node:crypto";

export interface TableSpec {
  readonly family: "inet" | "netdev";
  readonly sets: readonly SetSpec[];
  readonly chains: readonly ChainSpec[];
}

export interface SetSpec {
  readonly name: string;
  readonly kind: "set" | "map";
  /** `typeof ...` or `type ...`, as in nft(8). */
  readonly type: string;
  /** `flags ...`, `size ...`, `timeout ...`. */
  readonly options?: readonly string[];
  /** Null: packets or answers fill it, so its elements are never compared. */
  readonly elements: readonly ElementSpec[] | null;
}

export interface ElementSpec {
  /** The parts of a concatenation, as nft reads them: interface names in quotes, addresses in RFC 5952 text. */
  readonly key: readonly (string | number)[];
  /** Only in maps: an address, a verdict, a concatenation joined by ` . `. */
  readonly data?: string;
  readonly comment?: string;
}

export interface ChainSpec {
  readonly name: string;
  readonly hook?: HookSpec;
  readonly rules: readonly RuleSpec[];
}

export interface HookSpec {
  readonly type: "filter" | "nat";
  readonly hook: "ingress" | "prerouting" | "input" | "forward" | "postrouting";
  readonly device?: string;
  /** As a number, since that is what the kernel tells back. */
  readonly priority: number;
  readonly policy: "accept" | "drop";
}

export interface RuleSpec {
  /** Unique in its chain, lower case with hyphens; counters are read by it. */
  readonly name: string;
  readonly text: string;
}

/** Priorities of netfilter hooks by the names that nft(8) gives them. */
export const priority = { raw: -300, dstnat: -100, filter: 0, srcnat: 100 } as const;

const digest = (text: string): string => hash("sha256", text, "hex").slice(0, 8);

/** What the kernel keeps beside a rule of ours. */
export const ruleComment = (rule: RuleSpec): string => `${rule.name} ${digest(rule.text)}`;

/** What the kernel keeps beside a set of ours. */
export const setComment = (set: SetSpec): string =>
  `netwright ${digest([set.kind, set.type, ...(set.options ?? [])].join("; "))}`;

/** The name of a rule from its comment; undefined where the rule is not ours. */
export const ruleNameOf = (comment: string): string | undefined => /^([a-z0-9-]+) [0-9a-f]{8}$/.exec(comment)?.[1];

/** One text per key, equal for what is wanted and what `nft -j` tells back. */
export const elementId = (key: ElementSpec["key"]): string =>
  key.map((part) => String(part).replaceAll('"', "")).join(" . ");

/** Element comments hold 128 octets with the closing zero; quotes would end them. */
export const elementComment = (text: string): string => text.replaceAll('"', "").slice(0, 120);
