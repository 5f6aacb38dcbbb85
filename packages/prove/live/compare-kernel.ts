/** Live proof: what the kernel of one node prints, against what its state means. */
import type { ClauseProof } from "@netwright/api";
import {
  networkNamespace,
  nftTable,
  withoutHosts,
  type HostState,
  type KernelReadback,
  type NamespaceReadback,
  type NetworkState,
} from "@netwright/contract";
import { checkNamespace, meaningOf, type NamespaceMeaning } from "../tables/check-namespace.ts";
import { defaultSteps, type Comparison, type Difference } from "../tables/compare.ts";
import { exampleOf, whoDecides, type NamespaceTables } from "../tables/compare-tables.ts";
import { parseNft, type NftTable } from "../tables/nft-text.ts";
import { balancerDifferences } from "./balancer-maps.ts";
import { changedByHand } from "./by-hand.ts";
import { compareFacts, differenceKinds, type Fact, type KernelDifference } from "./difference.ts";
import { foundFacts } from "./found-facts.ts";
import { kernelProofs } from "./kernel-proofs.ts";
import { slotsOf } from "./nft-slots.ts";
import { goneHosts } from "./reachable.ts";
import { readList, textAt } from "./read-json.ts";
import { wantedFacts, type IndexOf } from "./wanted-facts.ts";

export interface LiveOptions {
  /** What was loaded; with it, changes that no packet notices are found as well. */
  readonly rendered?: readonly NamespaceTables[];
  /** Steps for each namespace. */
  readonly budget?: number;
}

export interface LiveComparison {
  readonly differences: readonly KernelDifference[];
  /** One for each namespace. */
  readonly proofs: readonly ClauseProof[];
}

export function compareKernel(
  readback: KernelReadback,
  state: HostState,
  { rendered = [], budget = defaultSteps }: LiveOptions = {},
): LiveComparison {
  const found = new Map(readback.namespaces.map((each) => [each.netns, each]));
  const gone = goneHosts(state, found.get(null));
  const present = isNftables(state)
    ? { ...state, networks: state.networks.map((network) => withoutHosts(network, gone)) }
    : state;
  const wanted = wantedFacts(state, indexes(readback));
  const meanings = new Map(meaningOf(present).map((meaning) => [meaning.netns, meaning]));
  const namespaces = [...new Set([...wanted.keys(), ...found.keys()])];
  const compared = namespaces.map((netns): Compared => {
    const there = found.get(netns);
    const facts = wanted.get(netns);
    if (there === undefined || facts === undefined)
      return { differences: [namespaceDifference(netns, facts !== undefined)], steps: 1 };
    const network = isNftables(state) ? present.networks.find((each) => networkNamespace(each) === netns) : undefined;
    const loaded = rendered.filter((each) => each.netns === netns).flatMap(({ text }) => parseNft(text));
    return compareNamespace({ there, facts, meaning: meanings.get(netns), network, loaded, budget });
  });
  const all = [
    ...compared.flatMap(({ differences }) => differences),
    ...balancerDifferences(state, readback.balancer, gone),
  ].toSorted((one, other) => differenceKinds.indexOf(one.kind) - differenceKinds.indexOf(other.kind));
  const steps = compared.reduce((sum, each) => sum + each.steps, 0);
  return { differences: all, proofs: kernelProofs(state, namespaces, all, steps) };
}

interface Compared {
  readonly differences: readonly KernelDifference[];
  readonly steps: number;
}

interface Namespace {
  readonly there: NamespaceReadback;
  readonly facts: readonly Fact[];
  /** Undefined: no rules are wanted there. */
  readonly meaning: NamespaceMeaning | undefined;
  /** Where load balancers are rules. */
  readonly network: NetworkState | undefined;
  readonly loaded: readonly NftTable[];
  readonly budget: number;
}

function compareNamespace({ there, facts, meaning, network, loaded, budget }: Namespace): Compared {
  const { netns } = there;
  const read = foundFacts(there, destinationsOf(facts));
  const tables = tablesOf(there);
  const slots = slotsOf(network, tables ?? []);
  const comparison = meaning && checkNamespace(meaning, slots.tables, undefined, budget);
  return {
    steps: facts.length + (comparison?.steps ?? 0),
    differences: [
      ...unread(there, read.unread, tables),
      ...compareFacts(netns, facts, read.facts),
      ...slots.differences,
      ...(comparison === undefined ? [] : ruleDifferences(netns, comparison)),
      ...(netns === null ? [] : foreignChains(netns, tables ?? [], meaning !== undefined)),
      ...changedByHand(netns, loaded, tables ?? []),
    ],
  };
}

/** Links have addresses of their own, which lead nobody astray. */
const destinationsOf = (facts: readonly Fact[]): ReadonlySet<string> =>
  new Set(
    facts.flatMap(({ kind, entry }) =>
      kind === "Route" && !entry.startsWith("fe80:") ? [entry.split(" ")[0] ?? ""] : [],
    ),
  );

const isNftables = ({ loadBalancer }: HostState): boolean => loadBalancer === "nftables";

function indexes({ namespaces }: KernelReadback): IndexOf {
  const known = new Map(
    namespaces.flatMap(({ netns, links }) =>
      (readList(links) ?? []).map(
        (link) => [`${netns ?? ""} ${textAt(link, "ifname")}`, Number(link["ifindex"])] as const,
      ),
    ),
  );
  return (netns, device) => known.get(`${netns ?? ""} ${device}`);
}

/** Undefined where it is no text of nft. */
function tablesOf({ ruleset }: NamespaceReadback): readonly NftTable[] | undefined {
  try {
    return parseNft(ruleset);
  } catch {
    return undefined;
  }
}

const nothing = { packet: null, example: null, isSure: true } as const;

const namespaceDifference = (netns: string | null, isWanted: boolean): KernelDifference => ({
  ...nothing,
  kind: "Namespace",
  netns,
  entry: netns ?? "the node's own",
  wanted: isWanted ? "there" : null,
  found: isWanted ? null : "there",
});

function unread(
  { netns, problem }: NamespaceReadback,
  lists: readonly string[],
  tables: readonly NftTable[] | undefined,
): readonly KernelDifference[] {
  const what = [...(problem === null ? [] : [problem]), ...lists, ...(tables === undefined ? ["ruleset"] : [])];
  return what.map((found) => ({
    ...nothing,
    kind: "Unread",
    netns,
    entry: found,
    wanted: "read",
    found: null,
    isSure: false,
  }));
}

function ruleDifferences(
  netns: string | null,
  { differences, verdict, unclear }: Comparison,
): readonly KernelDifference[] {
  const shown = differences.map((each) => ruleDifference(netns, each));
  if (shown.length > 0 || verdict !== "Unknown") return shown;
  return unclear.map((found) => ({
    ...nothing,
    kind: "Rules",
    netns,
    entry: found,
    wanted: null,
    found,
    isSure: false,
  }));
}

/** Named by the rule that lets through, or drops, what it should not; else by the one that is missed. */
function ruleDifference(
  netns: string | null,
  { hook, packet, text, wanted, found, isSure }: Difference,
): KernelDifference {
  const by = found.rule === null ? wanted : found;
  return {
    kind: "Rules",
    netns,
    entry: `${hook}: ${whoDecides(by)}`,
    wanted: `${wanted.what} (${whoDecides(wanted)})`,
    found: `${found.what} (${whoDecides(found)})`,
    packet: text,
    example: exampleOf(packet),
    isSure,
  };
}

/** In namespaces of ours nobody else has a say; in a workload's nobody at all. */
function foreignChains(netns: string, tables: readonly NftTable[], isTenant: boolean): readonly KernelDifference[] {
  const foreign = tables.filter(
    ({ family, name, dormant }) => !dormant && !(isTenant && name === nftTable && ["inet", "netdev"].includes(family)),
  );
  return foreign.flatMap(({ family, name, chains }) =>
    chains
      .filter(({ hook }) => hook.length > 0)
      .map((chain): KernelDifference => ({
        ...nothing,
        kind: "Rules",
        netns,
        entry: `table ${family} ${name} chain ${chain.name}`,
        wanted: null,
        found: chain.hook.join(" "),
        packet: "any packet that the chain is asked about",
        isSure: false,
      })),
  );
}
