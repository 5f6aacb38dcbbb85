/** A lab of a hundred hosts: namespaces and links up and down, beside `ip` alone; and the time until all of it is ready. */
import { defaultLab, down, planLab, up } from "@netwright/lab";
import type { Lab } from "@netwright/api";
import type { Benchmark, Case } from "../tools/measure/benchmark.ts";
import { ipFloor } from "./support/ip-floor.ts";
import { startLab } from "./support/lab.ts";
import { monotonic, sleep } from "./support/shell.ts";
import { labContext as context } from "../packages/cli/lab/context.ts";

/** A hundred hosts at two edges and a switch: what starts no program. */
function wiringOnly(): Lab {
  const whole = defaultLab({ hosts: 100 });
  const kept = whole.spec.nodes.filter(({ role }) => role === "Host" || role === "Edge" || role === "Switch");
  const names = new Set(kept.map(({ name }) => name));
  const links = whole.spec.links.filter(({ ends }) => ends.every(({ node }) => names.has(node)));
  return { ...whole, spec: { ...whole.spec, nodes: kept, links } } as Lab;
}

/** Kernels take namespaces apart after the command has ended; the next round should not pay for that. */
const settle = (): Promise<void> => sleep(1500);

const manifest = wiringOnly();

const product: Case["measured"] = {
  reset: settle,
  run: async () => {
    await up(context, { name: "bench-wiring", manifest, programs: { server: ["false"], agent: ["false"] } });
    await down(context, { name: "bench-wiring" });
  },
  close: async () => void (await down(context, { name: "bench-wiring" })),
};

function byHand(): Case["measured"] {
  const floor = ipFloor(planLab(manifest));
  return {
    reset: settle,
    run: async () => {
      await floor.up();
      await floor.down();
    },
  };
}

/** The default lab with all its programs, as `lab up` makes it. */
async function readyTime(): Promise<number> {
  const started = monotonic();
  const lab = await startLab("bench-ready", "--hosts", "100");
  const took = monotonic() - started;
  await lab.down();
  return took;
}

export const benchmark: Benchmark = {
  name: "lab",
  bar: "100 hosts: wiring up and down at most 1.3 times `ip -batch`; BGP up and every agent ready in less than 20 s",
  cases: async () => [
    { name: "wiring up and down", bars: [{ of: "ratio", atMost: 1.3 }], measured: product, baseline: byHand() },
    { name: "ready", unit: "ms", bars: [{ of: "median", atMost: 20_000 }], measured: { run: readyTime }, rounds: 1 },
  ],
};
