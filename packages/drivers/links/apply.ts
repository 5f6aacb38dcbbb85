/** Runs the batches of all steps in one shell: their order matters, and a shell forks fast. */
import { messageOf, milliseconds } from "@netwright/base";
import type { NodeSystem, Problem } from "@netwright/contract";
import type { Netns } from "./link.ts";
import { steps, type LinkChange } from "./plan.ts";

interface Batch {
  readonly netns: Netns;
  readonly tool: LinkChange["tool"];
  readonly lines: readonly string[];
}

export async function applyLinks(system: NodeSystem, changes: readonly LinkChange[]): Promise<readonly Problem[]> {
  const batches = steps.flatMap((step) => batchesOf(changes.filter((change) => change.step === step)));
  const timeout = milliseconds(10_000 + 100 * changes.length);
  try {
    const { stdout } = await system.runner.run(["sh"], { input: batches.map(render).join(""), timeout });
    const reports = stdout.split(/^@batch /m).slice(1);
    return batches.flatMap((batch, index) => problemsOf(batch, reports[index] ?? "1\nnot done"));
  } catch (error) {
    return [{ slot: "links", code: "NW1601", message: messageOf(error), subject: "host" }];
  }
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

/** What it says comes between the mark and the status of the next, so that failures find their batch. */
function render(batch: Batch): string {
  const [command, input] = commandOf(batch);
  return `said=$(${command} 2>&1 >/dev/null <<'END'\n${input.map((line) => `${line}\n`).join("")}END\n)\necho "@batch $?"\necho "$said"\n`;
}

/** A command of sh(1) and its input. Names and paths of ours hold nothing that a shell would change. */
function commandOf({ netns, tool, lines }: Batch): readonly [string, readonly string[]] {
  if (tool === "zero" || tool === "one") {
    const within = netns === null ? "" : `nsenter --net=/run/netns/${netns} -- `;
    return [`${within}tee ${lines.join(" ")}`, [tool === "one" ? "1" : "0"]];
  }
  // `-force`: a line that fails does not keep the others from being done.
  return [`${tool}${tool === "ip" ? " -6" : ""}${netns === null ? "" : ` -n ${netns}`} -force -batch -`, lines];
}

/** The status, then what was said. */
function problemsOf(batch: Batch, report: string): readonly Problem[] {
  const [status = ""] = report.split("\n", 1);
  if (Number(status) === 0) return [];
  return failures(batch, report.slice(status.length)).map((message) => ({
    slot: "links",
    code: "NW1601",
    message,
    subject: batch.netns ?? "host",
  }));
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
