/** What every node of a lab says of its network at one moment. */
import { messageOf, seconds } from "@netwright/base";
import { runInNode } from "@netwright/lab";
import type { Stage } from "../run/scene.ts";
import type { NodeTexts } from "./state-changes.ts";
import { networkScript, withHeadings } from "./state-script.ts";

/** A node that does not answer is not in it. */
export type Snapshot = NodeTexts;

/** One command at each node, all at once. @throws the signal's reason only */
export async function snapshot(stage: Stage, signal: AbortSignal): Promise<Snapshot> {
  const { texts } = await askNodes(stage, networkScript, signal);
  signal.throwIfAborted();
  return texts;
}

export interface NodeAnswers {
  readonly texts: NodeTexts;
  /** Why nodes did not answer. */
  readonly silent: NodeTexts;
}

const patience = seconds(5);

export async function askNodes(
  { paths, topology }: Pick<Stage, "paths" | "topology">,
  script: string,
  signal?: AbortSignal,
): Promise<NodeAnswers> {
  const texts = new Map<string, string>();
  const silent = new Map<string, string>();
  const ask = async (node: string): Promise<void> => {
    try {
      const command = { argv: ["sh", "-c", script], timeout: patience, ...(signal === undefined ? {} : { signal }) };
      const { stdout, timedOut } = await runInNode(paths, node, command);
      if (timedOut) silent.set(node, "it was not done after 5 s");
      if (!timedOut || stdout !== "") texts.set(node, withHeadings(stdout));
    } catch (error) {
      silent.set(node, messageOf(error));
    }
  };
  await Promise.all(topology.nodes.map(({ name }) => ask(name)));
  const inOrder = (found: NodeTexts): NodeTexts =>
    new Map(topology.nodes.flatMap(({ name }) => (found.has(name) ? [[name, found.get(name) ?? ""] as const] : [])));
  return { texts: inOrder(texts), silent: inOrder(silent) };
}
