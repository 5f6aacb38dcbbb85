/** What a support bundle asks of agents, over the server. */
import type { Client, FactFile, OutputChunk } from "@netwright/api";
import { NetwrightError, seconds } from "@netwright/base";
import { relay } from "../print/relay.ts";

/** Hosts and managed routers. @throws what the server answers. */
export async function nodesOf(client: Client): Promise<readonly string[]> {
  const [hosts, routers] = await Promise.all([client.list("Host"), client.list("Router")]);
  const managed = routers.items.filter(({ spec }) => (spec as { readonly managed?: boolean }).managed !== false);
  return [...hosts.items, ...managed].map(({ metadata }) => metadata.name);
}

/** For all files of one node. */
const patience = seconds(60);

/** @throws NW1605 when the agent does not answer or stops in the middle; what came before that is in `onFile`. */
export async function factsOf(
  client: Client,
  node: string,
  signal: AbortSignal,
  onFile: (file: FactFile) => void,
): Promise<void> {
  const late = AbortSignal.timeout(patience);
  let rest = "";
  const out = (text: string): void => {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) onFile(JSON.parse(line) as FactFile);
  };
  let isWhole = false;
  const seen = async function* (chunks: AsyncIterable<OutputChunk>): AsyncGenerator<OutputChunk> {
    for await (const chunk of chunks) {
      isWhole ||= chunk.stream === "exit";
      yield chunk;
    }
  };
  await relay(seen(client.facts(node, AbortSignal.any([signal, late]))), { out, err: () => {} });
  if (!isWhole) throw new NetwrightError("NW1605", `the agent of ${node} stopped in the middle of its answer`);
}
