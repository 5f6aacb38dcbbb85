/** What a lab's server knows, for the artefacts of a failure. */
import type { Client, KindName } from "@netwright/api";
import { messageOf, NetwrightError, seconds, type Clock } from "@netwright/base";

export interface Collected {
  /** Path below the directory of artefacts. */
  readonly path: string;
  readonly text: string;
}

/** Whoever adds a file says why another is not there. */
export interface Collection {
  readonly files: readonly Collected[];
  readonly missing: readonly string[];
}

const kinds: readonly KindName[] = ["Service", "Instance", "Host", "Router", "Network", "Volume"];

const asText = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

const parts: readonly (readonly [path: string, read: (client: Client) => Promise<string>])[] = [
  ...kinds.map(
    (kind) =>
      [`server/${kind.toLowerCase()}.json`, async (client: Client) => asText((await client.list(kind)).items)] as const,
  ),
  ["server/events.json", async (client) => asText(await client.events())],
  ["server/topology.json", async (client) => asText(await client.topology())],
  ["server/dropped-flows.json", async (client) => asText(await client.droppedFlows())],
];

const patience = seconds(5);

/** Nothing for labs without one. */
export async function serverState(client: Client | undefined, clock: Clock): Promise<Collection> {
  if (client === undefined) return { files: [], missing: [] };
  const over = new AbortController();
  const late = clock
    .sleep(patience, over.signal)
    .then(() => Promise.reject(new NetwrightError("NW1605", "no answer after 5 s")));
  late.catch(() => {});
  const results = await Promise.all(
    parts.map(([path, read]) =>
      Promise.race([read(client), late]).then(
        (text) => ({ path, text }),
        (error: unknown) => `${path}: ${messageOf(error)}`,
      ),
    ),
  );
  over.abort();
  return {
    files: results.filter((each) => typeof each !== "string"),
    missing: results.filter((each) => typeof each === "string"),
  };
}
