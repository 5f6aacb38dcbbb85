/** Slot `connections`: closing a flow closes it. */
import { messageOf } from "@netwright/base";
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

async function probe(system: NodeSystem): Promise<readonly string[]> {
  try {
    const { code } = await system.runner.run(["conntrack", "-V"]);
    return code === 0 ? [] : ["conntrack (package conntrack) does not start"];
  } catch (error) {
    return [`conntrack (package conntrack) is not there: ${messageOf(error)}`];
  }
}
