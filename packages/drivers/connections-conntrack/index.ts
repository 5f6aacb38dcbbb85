/** Slot `connections`: closing a flow closes it. */
import type { Driver, NodeSystem } from "@netwright/contract";
import { applyConnections } from "./apply.ts";
import { observeConnections, type ConnectionsHave } from "./observe.ts";
import { planConnections, type ConnectionChange } from "./plan.ts";
import { renderDelete } from "./render.ts";
import { wantConnections, type ConnectionsWant } from "./want.ts";

export const connectionsConntrack: Driver<readonly ConnectionsWant[], ConnectionsHave, ConnectionChange> = {
  slot: "connections",
  name: "conntrack",
  probe,
  want: wantConnections,
  observe: observeConnections,
  plan: planConnections,
  apply: applyConnections,
  describe: ({ netns, connection }) => `${netns}: conntrack ${renderDelete(connection)}`,
};

async function probe({ runner }: NodeSystem): Promise<readonly string[]> {
  return (await runner.find("conntrack")) === undefined ? ["conntrack is not installed (package conntrack)"] : [];
}
