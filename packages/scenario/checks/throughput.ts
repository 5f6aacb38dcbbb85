/** `throughput`: what fits through, measured by iperf3 from a node to another. */
import type { SubjectOf } from "@netwright/api";
import { milliseconds, NetwrightError } from "@netwright/base";
import { baselineUnit, printBounds, printMeasured, within } from "./bounds.ts";
import { parseListening } from "./listening.ts";
import type { CheckKind, CheckWorld, Limit, LookAt } from "./look.ts";
import { addressesOf, hostFor } from "./nodes.ts";

type Throughput = SubjectOf<"throughput">;
interface Path {
  readonly from: string;
  readonly to: string;
}

/** Beside a baseline each path is measured so often, in turns. */
const turns = 2;
/** Servers of checks that run side by side listen apart. */
let nextPort = 0;
const portFrom = (turn: number): number => 20_000 + (turn % 10_000);

export const throughput: CheckKind<"throughput"> = {
  title: ({ from, to, protocol }) => `${protocol} throughput from ${from} to ${to}`,
  look: async (look) => {
    const { baseline } = look.spec;
    const expected = printBounds(look.spec, baseline === undefined ? "Mbit/s" : baselineUnit);
    const [own, beside]: [number[], number[]] = [[], []];
    for (let turn = 0; turn < (baseline === undefined ? 1 : turns); turn++) {
      for (const [path, rates] of [
        [look.spec, own],
        ...(baseline === undefined ? [] : [[baseline, beside] as const]),
      ] as const) {
        const rate = await measure(look, path);
        if (typeof rate === "string") return { ok: false, unknown: true, expected, seen: rate };
        rates.push(rate);
      }
    }
    const [value, base] = [mean(own), mean(beside)];
    const seen = printMeasured(value, "Mbit/s", baseline === undefined ? undefined : base);
    return { ok: within(look.spec, baseline === undefined ? value : value / base), expected, seen };
  },
};

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** In Mbit/s, as the receiver counts them; a text tells why there is no figure. */
async function measure({ spec, world, limit }: LookAt<"throughput">, { from, to }: Path): Promise<number | string> {
  const server = world.topology.nodes.find((node) => node.name === to || addressesOf(node).includes(to as never))?.name;
  if (server === undefined)
    throw new NetwrightError("NW1301", `no node has ${to}, and the other end of a measurement runs at a node`);
  const port = String(portFrom(nextPort++));
  const over = new AbortController();
  const timeout = milliseconds(Math.max(limit.timeout, spec.for + 10_000));
  const own: Limit = { timeout, signal: AbortSignal.any([limit.signal, over.signal]) };
  const serving = world.run(server, { argv: ["iperf3", "--server", "--one-off", "--port", port] }, own);
  serving.catch(() => {});
  try {
    const early = await Promise.race([serving, listens(world, server, Number(port), own)]);
    if (early !== "Listens") return noIperf(server, early?.code ?? 1, early?.stdout ?? "");
    const argv = clientArguments(spec, hostFor(world.topology, from, to, undefined), port);
    const done = await world.run(from, { argv }, own);
    if (done.code === 127) return noIperf(from, done.code, "");
    return parseIperf(done.stdout) ?? (done.stderr.trim() || `iperf3 ended with status ${done.code}`);
  } finally {
    over.abort(new NetwrightError("NW1752", "the measurement is over"));
    await serving.catch(() => {});
  }
}

/** @throws NW1602 where there is no iperf3. */
function noIperf(node: string, code: number, said: string): string {
  if (code === 127) throw new NetwrightError("NW1602", `${node} has no iperf3`, { hint: "apt install iperf3" });
  return `iperf3 at ${node} ended with status ${code}: ${said.trim()}`;
}

async function listens(world: CheckWorld, node: string, port: number, limit: Limit): Promise<"Listens" | undefined> {
  const deadline = world.clock.monotonic() + limit.timeout;
  while (world.clock.monotonic() < deadline) {
    const { stdout } = await world.run(node, { argv: ["cat", "/proc/net/tcp", "/proc/net/tcp6"] }, limit);
    if (parseListening(stdout, "0A").includes(port)) return "Listens";
    await world.clock.sleep(milliseconds(5), limit.signal);
  }
  return undefined;
}

/** UDP is sent as fast as the bound wants to see, since nothing else holds it back. */
const clientArguments = (
  { protocol, for: span, atLeast, baseline }: Throughput,
  host: string,
  port: string,
): readonly string[] => [
  "iperf3",
  "--client",
  host,
  "--port",
  port,
  "--json",
  "--time",
  String(Math.max(1, Math.round(span / 1000))),
  "--connect-timeout",
  "5000",
  ...(protocol === "UDP"
    ? ["--udp", "--bitrate", baseline === undefined && atLeast !== undefined ? `${Math.ceil(atLeast * 1.1)}M` : "0"]
    : []),
];

/** A text tells why there is no figure; undefined: it is no report. */
export function parseIperf(output: string): number | string | undefined {
  let report: {
    readonly error?: string;
    readonly end?: Readonly<Record<string, { readonly bits_per_second?: number } | undefined>>;
  };
  try {
    report = JSON.parse(output) as typeof report;
  } catch {
    return undefined;
  }
  if (report.error !== undefined) return report.error;
  const { sum_received: received, sum } = report.end ?? {};
  const rate = received?.bits_per_second ?? sum?.bits_per_second;
  return rate === undefined ? undefined : rate / 1e6;
}
