/** One switch with 2 to 200 hosts, up and down, beside `ip` in batches and beside Mininet, which people know. */
import { kinds, type Lab } from "@netwright/api";
import { NetwrightError } from "@netwright/base";
import { down, planLab, up } from "@netwright/lab";
import { nodeRunner } from "@netwright/system";
import type { Benchmark, Case, Side } from "../tools/measure/benchmark.ts";
import { ipFloor } from "./support/ip-floor.ts";
import { run, sleep } from "./support/shell.ts";
import { labContext as context } from "../packages/cli/lab/context.ts";

const name = "bench-topology";

/** Kernels take namespaces apart after the command has ended; the next round should not pay for that. */
const settle = (): Promise<void> => sleep(1000);

function star(hosts: number): Lab {
  const names = Array.from({ length: hosts }, (_, index) => `h${index + 1}`);
  const spec = {
    nodes: [...names.map((host) => ({ name: host, role: "Linux" })), { name: "sw", role: "Switch" }],
    links: names.map((host) => ({ ends: [{ node: "sw" }, { node: host }] })),
  };
  const object = { apiVersion: "netwright.dev/v1alpha1", kind: "Lab", metadata: { name }, spec };
  return kinds.Lab.complete(kinds.Lab.schema.parse(object)) as Lab;
}

interface Sides {
  readonly up: Side;
  readonly down: Side;
  readonly both: Side;
}

/** Measures one of the two, does the other aside. */
function sidesOf(rise: () => Promise<void>, fall: () => Promise<void>): Sides {
  const both = async (): Promise<void> => {
    await rise();
    await fall();
  };
  const timed = async (action: () => Promise<void>): Promise<number> => {
    const begin = performance.now();
    await action();
    return performance.now() - begin;
  };
  const risen = async (): Promise<number> => {
    const took = await timed(rise);
    await fall();
    return took;
  };
  return {
    up: { reset: settle, run: risen },
    down: {
      reset: async () => {
        await settle();
        await rise();
      },
      run: () => timed(fall),
    },
    both: { reset: settle, run: both },
  };
}

function product(manifest: Lab): Sides {
  const programs = { server: ["false"], agent: ["false"] } as const;
  const fall = async (): Promise<void> => void (await down(context, { name }));
  return sidesOf(async () => void (await up(context, { manifest, programs })), fall);
}

const mininetProgram = new URL("programs/mininet-topology.py", import.meta.url).pathname;

/** Without the start of Python, and of Mininet's own modules. */
const mininet = (hosts: number): Side => ({
  reset: settle,
  run: async () => {
    const told = (await run(["/usr/bin/python3", mininetProgram, String(hosts)])).trim().split("\n").at(-1) ?? "";
    const [rise, fall] = told.split(" ").map(Number);
    if (!Number.isFinite(rise) || !Number.isFinite(fall)) throw new NetwrightError("NW1601", `Mininet said ${told}`);
    return (rise as number) + (fall as number);
  },
});

/** Undefined where it is not installed; the case says so then. */
const mininetOrNot = async (): Promise<boolean> => (await nodeRunner.find("mn")) !== undefined;

function casesOf(hosts: number, hasMininet: boolean): readonly Case[] {
  const manifest = star(hosts);
  const [ours, floor] = [product(manifest), ipFloor(planLab(manifest))];
  const theirs = sidesOf(floor.up, floor.down);
  const of = (what: string): string => `${hosts} hosts, ${what}`;
  return [
    // The sandbox around a lab costs the same for two hosts as for two hundred; a floor has none.
    {
      name: of("up"),
      measured: ours.up,
      baseline: theirs.up,
      bars: hosts < 200 ? [] : [{ of: "ratio", atMost: 1.3 }],
    },
    { name: of("down"), measured: ours.down, baseline: theirs.down, bars: [] },
    hasMininet
      ? {
          name: of("both, Mininet"),
          measured: ours.both,
          baseline: mininet(hosts),
          bars: hosts < 10 ? [] : [{ of: "ratio", atMost: 0.2 }],
        }
      : { name: of("both, Mininet not installed"), measured: ours.both, bars: [] },
  ];
}

export const benchmark: Benchmark = {
  name: "topologies",
  bar: "200 hosts up at most 1.3 times `ip -batch`; 10 and more up and down in at most a fifth of Mininet's time",
  cases: async () => {
    const hasMininet = await mininetOrNot();
    return [2, 10, 50, 200].flatMap((hosts) => casesOf(hosts, hasMininet));
  },
};
