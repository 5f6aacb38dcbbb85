/** `verify --live`: what the kernels of all nodes print, against what every node should be. */
import type { ClauseProof, Client, NodeState, ProofReport } from "@netwright/api";
import { NetwrightError, seconds, type Clock } from "@netwright/base";
import type { HostState, KernelReadback } from "@netwright/contract";
import { compareKernel } from "@netwright/prove/live/compare-kernel.ts";
import { tableAssumptions } from "@netwright/prove/tables/compare-tables.ts";
import { renderedTables } from "./translation.ts";
import { nodesOf } from "../support/node-parts.ts";
import { readKernel } from "./read-kernels.ts";

export interface LiveProof {
  readonly report: ProofReport;
  /** What differed when it was first read and no longer when it was read again: somebody has put it right. */
  readonly repaired: readonly ClauseProof[];
}

export interface LiveOptions {
  readonly clock: Pick<Clock, "sleep">;
  readonly signal: AbortSignal;
  readonly onProgress: (node: string) => void;
}

/** Nodes that are read at once. */
const atOnce = 4;

/** @throws what the server or an agent answers: a kernel that cannot be read is not proved */
export async function proveKernels(client: Client, options: LiveOptions): Promise<LiveProof> {
  const queue = [...(await nodesOf(client))];
  const found: NodeProof[] = [];
  const work = async (): Promise<void> => {
    for (let node = queue.shift(); node !== undefined; node = queue.shift()) {
      found.push(await proveNode(client, node, options));
      options.onProgress(node);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  const clauses = found
    .flatMap(({ proofs }) => proofs)
    .toSorted((a, b) => (a.clause < b.clause ? -1 : a.clause === b.clause ? 0 : 1));
  const used = new Set(clauses.flatMap(({ assumptions }) => assumptions));
  return {
    report: {
      clauses,
      assumptions: tableAssumptions.filter(({ key }) => used.has(key)),
      steps: clauses.reduce((sum, { steps }) => sum + steps, 0),
    },
    repaired: found.flatMap(({ repaired }) => repaired),
  };
}

interface NodeProof {
  readonly proofs: readonly ClauseProof[];
  readonly repaired: readonly ClauseProof[];
}

/** An agent that is about to change something needs no longer, mostly. */
const pause = seconds(1);
const looks = 3;

/** What differs is looked at again: a change may be on its way. */
async function proveNode(client: Client, node: string, options: LiveOptions): Promise<NodeProof> {
  const seen: ClauseProof[] = [];
  for (let look = 1; ; look++) {
    const { state, readback } = await readTogether(client, node, options);
    const { proofs } = compareKernel(readback, state, { rendered: renderedTables(state) });
    const differing = proofs.filter(({ verdict }) => verdict === "Refuted");
    if (differing.length === 0 || look === looks) {
      const still = new Set(differing.map(({ clause }) => clause));
      const first = new Map(seen.map((proof) => [proof.clause, proof]));
      return { proofs, repaired: [...first.values()].filter(({ clause }) => !still.has(clause)) };
    }
    seen.push(...differing);
    await options.clock.sleep(pause, options.signal);
  }
}

/** A state, and what was read while it was what the agent works on. */
async function readTogether(
  client: Client,
  node: string,
  { clock, signal }: LiveOptions,
): Promise<{ readonly state: HostState; readonly readback: KernelReadback }> {
  let before: NodeState<HostState> = await client.nodes.state<HostState>(node);
  for (let tries = 0; tries < 20; tries++) {
    const readback = await readKernel(client, node, signal);
    const after = await client.nodes.state<HostState>(node);
    if (before.revision === after.revision && readback.revision === after.revision)
      return { state: after.state, readback };
    before = after;
    await clock.sleep(pause, signal);
  }
  throw new NetwrightError("NW1605", `what ${node} should be changes all the time`, { subject: `host/${node}` });
}
