/** Whether the tables that an agent would load say what the states mean. Pure. */
import type { ClauseProof } from "@netwright/api";
import type { HostState } from "@netwright/contract";
import { wantFirewall } from "@netwright/drivers/firewall-nftables/want.ts";
import { renderTable } from "@netwright/drivers/nftables/render.ts";
import { compareTables, type NamespaceTables } from "@netwright/prove/tables/compare-tables.ts";

/** As an agent would load them. */
export const renderedTables = (state: HostState): readonly NamespaceTables[] =>
  wantFirewall(state).map(({ netns, table }) => ({ netns, text: renderTable(table) }));

/** One for each namespace of each node. */
export const translationProofs = (states: Iterable<HostState>): readonly ClauseProof[] =>
  Array.from(states).flatMap((state) => compareTables(renderedTables(state), state));
