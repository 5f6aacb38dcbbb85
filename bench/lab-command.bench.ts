/** What a command at a node costs over the node's socket, beside entering its namespaces by a process of one's own. */
import { kinds, type Lab } from "@netwright/api";
import { NetwrightError } from "@netwright/base";
import { down, labPaths, runInNode, up } from "@netwright/lab";
import { nodeRunner } from "@netwright/system";
import { enterAsPart } from "../packages/lab/sandbox/enter.ts";
import type { Benchmark, Side } from "../tools/measure/benchmark.ts";
import { labContext as context } from "../packages/cli/lab/context.ts";

const name = "bench-command";
/** One after the other; what is told is the time of one. */
const count = 100;

const manifest = kinds.Lab.complete(
  kinds.Lab.schema.parse({
    apiVersion: "netwright.dev/v1alpha1",
    kind: "Lab",
    metadata: { name },
    spec: { nodes: [{ name: "a", role: "Linux" }] },
  }),
) as Lab;

async function each(action: () => Promise<{ readonly code: number }>): Promise<number> {
  const begin = performance.now();
  for (let turn = 0; turn < count; turn++) {
    const { code } = await action();
    if (code !== 0) throw new NetwrightError("NW1601", `true ended with ${code}`);
  }
  return (performance.now() - begin) / count;
}

async function sides(): Promise<{ readonly measured: Side; readonly baseline: Side }> {
  const { record } = await up(context, { manifest, programs: { server: ["false"], agent: ["false"] } });
  const pid = record.nodes["a"]?.machine.pid ?? 0;
  return {
    measured: {
      run: () => each(() => runInNode(labPaths(name), "a", { argv: ["true"] })),
      close: async () => void (await down(context, { name })),
    },
    baseline: { run: () => each(() => nodeRunner.run(enterAsPart(pid, ["true"]))) },
  };
}

export const benchmark: Benchmark = {
  name: "lab-command",
  bar: "`true` at a node in less than 3 ms",
  cases: async () => [{ name: "true", bars: [{ of: "median", atMost: 3 }], ...(await sides()) }],
};
