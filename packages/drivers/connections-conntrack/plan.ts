/** Connections that the policy of now refuses. Pure; nothing is ever installed here. */
import type { Plan } from "@netwright/contract";
import { allowed } from "./allowed.ts";
import type { ConnectionsHave } from "./observe.ts";
import type { Connection } from "./parse.ts";
import type { ConnectionsWant } from "./want.ts";

export interface ConnectionChange {
  readonly netns: string;
  readonly connection: Connection;
}

export function planConnections(want: readonly ConnectionsWant[], have: ConnectionsHave): Plan<ConnectionChange> {
  const retire = want.flatMap((network) =>
    (have.get(network.netns) ?? [])
      .filter((connection) => !allowed(network, connection))
      .map((connection) => ({ netns: network.netns, connection })),
  );
  return { install: [], retire };
}
