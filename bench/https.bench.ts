/** HTTPS through the whole chain, beside the same engines with the same configuration on hosts joined by plain routes. */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Benchmark, Case } from "../tools/measure/benchmark.ts";
import { shop, startLab, type BenchLab } from "./support/lab.ts";
import { inside, unwire, wire } from "./support/namespaces.ts";
import { endServer, startServer } from "./support/raw-server.ts";
import { lines, run } from "./support/shell.ts";

const requests = 5000;
/** As a shell's `times` counts: of the shell, then of its children. */
const h2load = (address: string): readonly string[] => [
  "sh",
  "-c",
  `h2load -n ${requests} -c 16 -H ':authority: shop.example.net' 'https://[${address}]/' && times`,
];

interface Chain {
  /** Where the engines of the chain run. */
  at(...command: readonly string[]): readonly string[];
  /** Where the client is. */
  client(...command: readonly string[]): readonly string[];
  readonly vip: string;
}

interface Figures {
  /** Of engines, and of the client's system time, in which the kernel forwards: microseconds a request. */
  readonly cpu: number;
  readonly rate: number;
}

/** Clock ticks, a hundredth of a second, that HAProxy and web server have had. */
async function ticksOf(chain: Chain): Promise<number> {
  const script = `for p in /proc/[0-9]*; do if grep -qsE '^(node|[^ ]*/node|haproxy)' $p/cmdline && grep -qsE 'server.mjs|haproxy' $p/cmdline; then cut -d')' -f2 $p/stat; fi; done`;
  const stats = lines(await run(chain.at("sh", "-c", script)));
  if (stats.length < 2) throw new RangeError(`Invariant: a proxy and a web server run, not ${stats.length} processes`);
  return stats.reduce((sum, stat) => {
    const fields = stat.trim().split(" ");
    return sum + Number(fields[11]) + Number(fields[12]);
  }, 0);
}

async function measure(chain: Chain): Promise<Figures> {
  const before = await ticksOf(chain);
  const output = await run(chain.client(...h2load(chain.vip)));
  const ticks = (await ticksOf(chain)) - before;
  const rate = Number(/([\d.]+) req\/s/.exec(output)?.[1]);
  const succeeded = Number(/(\d+) 2xx/.exec(output)?.[1]);
  if (succeeded !== requests)
    throw new RangeError(`Invariant: all succeed; ${succeeded} of ${requests} did: ${output}`);
  const [, minutes, seconds] = /(\d+)m([\d.]+)s$/.exec(lines(output).at(-1) ?? "") ?? [];
  return { cpu: (ticks * 1e4 + (Number(minutes) * 60 + Number(seconds)) * 1e6) / requests, rate };
}

/** client, provider, edge and host in a row; proxy and web server at the host. Its configuration is the product's own. */
async function plainChain(lab: BenchLab, host: string): Promise<{ readonly chain: Chain; close(): Promise<void> }> {
  const directory = mkdtempSync(join(tmpdir(), "netwright-bench-"));
  const [client, provider, edge, proxy, web] = ["client", "provider", "edge", "proxy", "web"].map(
    (name) => `bench-${name}`,
  ) as [string, string, string, string, string];
  const path = [client, provider, edge, "bench-host", proxy];
  const links = [
    ...path.slice(1).map((b, index) => ({ a: path[index] as string, b, prefix: `fd00:9:0:${index}` })),
    { a: "bench-host", b: web, prefix: "fd00:9:0:9" },
  ];
  const vip = "2001:db8:200::1";
  const towards = (index: number): string => `route add ${vip}/128 via fd00:9:0:${index}::2`;
  const back = (index: number): string => `route add default via fd00:9:0:${index}::1`;
  const names = await wire(links, {
    [client]: ["route add default via fd00:9:0:0::2"],
    [provider]: [towards(1)],
    [edge]: [towards(2), back(1)],
    "bench-host": [towards(3), back(2)],
    [proxy]: [`addr add ${vip}/128 dev lo`, back(3)],
    [web]: [back(9)],
  });
  await startServer(directory, "web");
  const config = copyProxy(lab, host, directory);
  await run(inside(proxy, "haproxy", "-D", "-f", config));
  const at: Chain["at"] = (...command) => command;
  return {
    chain: { at, client: (...command) => inside(client, ...command), vip },
    close: async () => {
      process.kill(Number(readFileSync(join(directory, "pid"), "utf8")), "SIGKILL");
      await endServer(directory, "web");
      await unwire(names);
      rmSync(directory, { recursive: true });
    },
  };
}

/** HAProxy's files of the lab's proxy, with other places and the other web server's address. */
function copyProxy(lab: BenchLab, host: string, directory: string): string {
  const inNode = "/run/netwright/haproxy";
  const root = `/proc/${lab.record.nodes[host]?.machine.pid}/root${inNode}`;
  const name = readdirSync(root).find((each) => each.includes("shop-proxy")) ?? "";
  const target = join(directory, "haproxy");
  mkdirSync(target);
  for (const file of ["haproxy.cfg", "crt-list", "certificates", "challenges", "latencies"])
    cpSync(join(root, name, file), join(target, file), { recursive: true });
  for (const file of ["haproxy.cfg", "crt-list"]) {
    const text = readFileSync(join(target, file), "utf8").replaceAll(`${inNode}/${name}`, target);
    const own = text
      .replaceAll(/\[?fd[0-9a-f:]+\]?:8080/g, "[fd00:9:0:9::2]:8080")
      .replace("global\n", `global\n    pidfile ${directory}/pid\n`);
    writeFileSync(join(target, file), own);
  }
  return join(target, "haproxy.cfg");
}

function both(): { chain(): Promise<Chain>; plain(): Promise<Chain>; close(): Promise<void> } {
  let lab: BenchLab | undefined;
  let made: Awaited<ReturnType<typeof plainChain>> | undefined;
  let product: Chain | undefined;
  const open = async (): Promise<void> => {
    if (lab !== undefined) return;
    lab = await startLab("bench-https");
    await lab.netwright("apply", "-f", shop);
    const { spec } = await lab.client.get({ kind: "Instance", name: "shop-proxy-1", project: "default" });
    const { host } = spec as { readonly host: string };
    const service = await lab.client.get({ kind: "Service", name: "shop", project: "default" });
    const [first] = (service.status as { readonly addresses: readonly { readonly address: string }[] }).addresses;
    const standing = lab;
    product = {
      at: (...command) => standing.at(host, ...command),
      client: (...command) => standing.at("internet1", ...command),
      vip: first?.address ?? "",
    };
    made = await plainChain(lab, host);
  };
  return {
    chain: async () => {
      await open();
      return product as Chain;
    },
    plain: async () => {
      await open();
      return (made as Awaited<ReturnType<typeof plainChain>>).chain;
    },
    close: async () => {
      await made?.close();
      await lab?.down();
      made = lab = undefined;
    },
  };
}

export const benchmark: Benchmark = {
  name: "https",
  bar: "HTTPS through the whole chain: at most 1.25 times the CPU a request, at least 0.8 times the requests a second",
  cases: async () => {
    const chains = both();
    const figures = { chain: [] as Figures[], plain: [] as Figures[] };
    const cpu = (side: "chain" | "plain"): Case["measured"] => ({
      prepare: async () => void (await chains[side]()),
      run: async () => {
        const found = await measure(await chains[side]());
        figures[side].push(found);
        return found.cpu;
      },
    });
    /** The same rounds: each was measured once. */
    const rate = (side: "chain" | "plain"): Case["measured"] => ({
      run: async () => (figures[side].shift() as Figures).rate,
      close: () => chains.close(),
    });
    return [
      {
        name: "CPU a request",
        unit: "us",
        bars: [{ of: "ratio", atMost: 1.25 }],
        measured: cpu("chain"),
        baseline: cpu("plain"),
        rounds: 8,
      },
      {
        name: "requests a second",
        unit: "/s",
        bars: [{ of: "ratio", atLeast: 0.8 }],
        measured: rate("chain"),
        baseline: rate("plain"),
        rounds: 8,
      },
    ];
  },
};
