/** Runs the batches: one process per namespace and step, side by side within a step. */
import { messageOf } from "@netwright/base";
import type { NodeSystem, Problem, RunOptions } from "@netwright/contract";
import { concurrently } from "../concurrently.ts";
import type { Netns } from "./link.ts";
import { steps, type LinkChange } from "./plan.ts";

interface Batch {
  readonly netns: Netns;
  readonly tool: LinkChange["tool"];
  readonly lines: readonly string[];
}

export async function applyLinks(system: NodeSystem, changes: readonly LinkChange[]): Promise<readonly Problem[]> {
  const problems: Problem[] = [];
  for (const step of steps) {
    const batches = batchesOf(changes.filter((change) => change.step === step));
    problems.push(...(await concurrently(batches, (batch) => runBatch(system, batch))).flat());
  }
  return problems;
}

/** Keeps the order inside a namespace. */
function batchesOf(changes: readonly LinkChange[]): readonly Batch[] {
  const batches = new Map<
    string,
    { readonly netns: Netns; readonly tool: LinkChange["tool"]; readonly lines: string[] }
  >();
  for (const { netns, tool, line } of changes) {
    const key = `${tool} ${netns ?? ""}`;
    const batch = batches.get(key) ?? { netns, tool, lines: [] };
    batch.lines.push(line);
    batches.set(key, batch);
  }
  return [...batches.values()];
}

async function runBatch(system: NodeSystem, batch: Batch): Promise<readonly Problem[]> {
  const problem = (message: string): Problem => ({
    slot: "links",
    code: "NW1601",
    message,
    subject: batch.netns ?? "host",
  });
  try {
    const { code, stderr } = await system.runner.run(...commandOf(batch));
    return code === 0 ? [] : failures(batch, stderr).map(problem);
  } catch (error) {
    return [problem(messageOf(error))];
  }
}

function commandOf({ netns, tool, lines }: Batch): readonly [readonly [string, ...string[]], RunOptions] {
  if (tool === "zero" || tool === "one") {
    const options = { input: tool === "one" ? "1\n" : "0\n" };
    return [["tee", ...lines.flatMap((line) => line.split(" "))], netns === null ? options : { ...options, netns }];
  }
  const within = netns === null ? [] : ["-n", netns];
  // `-force`: a line that fails does not keep the others from being done.
  return [
    [tool, ...(tool === "ip" ? ["-6"] : []), ...within, "-force", "-batch", "-"],
    { input: lines.map((line) => `${line}\n`).join("") },
  ];
}

/** ip(8) writes the reason, then `Command failed -:LINE`. */
function failures({ tool, lines }: Batch, stderr: string): readonly string[] {
  const messages: string[] = [];
  let reason = "";
  for (const text of stderr.trim().split("\n")) {
    const failed = /^Command failed -:(\d+)/.exec(text);
    if (failed === null) reason = text;
    else messages.push(`${tool} ${lines[Number(failed[1]) - 1] ?? ""}: ${reason}`);
  }
  return messages.length > 0 ? messages : [`${tool}: ${reason}`];
}
