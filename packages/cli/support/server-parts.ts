/** What a support bundle asks of the server. */
import { kindNames, kinds, type Client } from "@netwright/api";

export interface ServerPart {
  readonly path: string;
  readonly what: string;
  readonly read: (client: Client) => Promise<string>;
}

export const jsonText = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

/** Applies whose changes are told in full. */
const lastChanges = 20;

/** Labs are files: no server has them. */
const objects: readonly ServerPart[] = kindNames
  .filter((kind) => kinds[kind].scope !== "File")
  .map((kind) => ({
    path: `objects/${kinds[kind].plural}.json`,
    what: `${kinds[kind].plural}, with status`,
    read: async (client) => jsonText((await client.list(kind)).items),
  }));

export const serverParts: readonly ServerPart[] = [
  ...objects,
  { path: "server/events.json", what: "events", read: async (client) => jsonText(await client.events()) },
  { path: "server/changes.json", what: "history of applies", read: async (client) => jsonText(await client.changes()) },
  {
    path: "server/last-changes.json",
    what: `the last ${lastChanges} of them in full`,
    read: async (client) => {
      const last = (await client.changes()).slice(0, lastChanges);
      return jsonText(await Promise.all(last.map(({ id }) => client.change(id))));
    },
  },
  {
    path: "server/topology.json",
    what: "nodes, links, sessions",
    read: async (client) => jsonText(await client.topology()),
  },
  {
    path: "server/dropped-flows.json",
    what: "flows that were dropped",
    read: async (client) => jsonText(await client.droppedFlows()),
  },
  {
    path: "server/tokens.json",
    what: "names and roles of tokens",
    read: async (client) => jsonText(await client.tokens()),
  },
  { path: "server/metrics.txt", what: "metrics", read: (client) => client.metrics() },
  { path: "server/server.log", what: "the server's log, its last 2000 lines", read: (client) => client.serverLog() },
];
