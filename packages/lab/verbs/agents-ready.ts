/** Starts agents, a few at a time, and asks the server which are ready. */
import { createClient, type Client } from "@netwright/api/client/client.ts";
import { nodeTransport } from "@netwright/api/client/transport-node.ts";
import { milliseconds, seconds } from "@netwright/base";
import type { NodeProgram } from "../programs/program.ts";
import { startPrograms, type Site } from "../sandbox/start-programs.ts";
import { waitUntil } from "../wait.ts";

/**
 * That many may be on their way at once. A hundred that start together take turns on every core and make each other miss
 * their deadlines; a few keep the machine as busy.
 */
const atOnce = 12;
/** On a machine too slow for this the next ones start all the same. */
const patience = seconds(3);

/** In their order. An agent that does not get ready holds up the next ones for a while only: who waits for all names it. */
export async function startAgents(site: Site, agents: readonly NodeProgram[], signal?: AbortSignal): Promise<void> {
  const client = await clientOf(site, signal);
  let waiting: readonly string[] = [];
  for (let next = 0; next < agents.length;) {
    const some = agents.slice(next, next + atOnce - waiting.length);
    signal?.throwIfAborted();
    await startPrograms(site, `agents-${next}`, some, signal);
    next += some.length;
    if (next >= agents.length) return;
    const started = [...waiting, ...some.map(({ node }) => node)];
    const room = async (): Promise<boolean> => {
      waiting = await notReadyOf(client, started);
      return waiting.length <= atOnce / 2;
    };
    if (!(await waitUntil(site.context.clock, room, patience, milliseconds(100), signal))) waiting = [];
  }
}

/** @param signal ends every call that is under way */
export async function clientOf(
  { context, paths }: Pick<Site, "context" | "paths">,
  signal?: AbortSignal,
): Promise<Client> {
  const token = (await context.files.read(paths.token))?.trim();
  const transport = nodeTransport({ kind: "Socket", path: paths.socket });
  return createClient({
    transport: signal === undefined ? transport : (request) => transport({ ...request, signal }),
    token,
  });
}

export async function notReadyOf(client: Client, wanted: readonly string[]): Promise<readonly string[]> {
  const ready = new Set([...(await readyOf(client, "Host")), ...(await readyOf(client, "Router"))]);
  return wanted.filter((name) => !ready.has(name));
}

async function readyOf(client: Client, kind: "Host" | "Router"): Promise<readonly string[]> {
  const { items } = await client.list(kind);
  return items.filter(({ status }) => isReady(status?.["conditions"])).map(({ metadata }) => metadata.name);
}

const isReady = (conditions: unknown): boolean =>
  Array.isArray(conditions) &&
  conditions.some(({ type, status }: { type?: string; status?: string }) => type === "Ready" && status === "True");
