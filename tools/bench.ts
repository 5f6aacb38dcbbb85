/**
 * `npm run bench [-- NAME...] [--rounds N]`: runs bench/NAME.bench.ts, all of them or those named, prints a table and
 * writes bench/results/latest.json. Exit status 1 when a bar was missed or a benchmark failed; the others run all the same.
 */
import { globSync, mkdirSync, writeFileSync } from "node:fs";
import { cpus, loadavg, release } from "node:os";
import { basename, join } from "node:path";
import { inspect, parseArgs } from "node:util";
import { root } from "./gate/program.ts";
import type { Benchmark } from "./measure/benchmark.ts";
import { measureCase, type Result } from "./measure/measure.ts";
import { renderTable } from "./measure/table.ts";

const { values, positionals } = parseArgs({ options: { rounds: { type: "string" } }, allowPositionals: true });
const rounds = Number(values.rounds ?? 10);
const files = globSync("bench/*.bench.ts", { cwd: root }).toSorted();
const nameOf = (file: string): string => basename(file, ".bench.ts");
const known = files.map(nameOf);
const unknown = positionals.filter((name) => !known.includes(name));

if (unknown.length > 0 || !Number.isInteger(rounds) || rounds < 1) {
  const what =
    unknown.length > 0 ? `no benchmark ${unknown.join(", ")}` : `--rounds ${values.rounds} is not a number of rounds`;
  process.stderr.write(`error NW1001 usage: ${what}\n  hint: benchmarks are ${known.join(", ")}\n`);
  process.exit(2);
}

const results: Result[] = [];
const failed: string[] = [];
for (const file of files.filter((path) => positionals.length === 0 || positionals.includes(nameOf(path)))) {
  const { benchmark } = (await import(join(root, file))) as { readonly benchmark: Benchmark };
  process.stderr.write(`${benchmark.name}: ${benchmark.bar}\n`);
  try {
    for (const one of await benchmark.cases({ rounds }))
      results.push(
        await measureCase(benchmark.name, one, Math.min(rounds, one.rounds ?? rounds), () => performance.now()),
      );
  } catch (error) {
    failed.push(benchmark.name);
    process.stderr.write(`${benchmark.name} failed: ${inspect(error)}\n`);
  }
}

// Others on the machine slow both sides, but not equally: the load belongs to the result.
const machine = {
  load: loadavg()[1],
  cpus: cpus().length,
  model: cpus()[0]?.model,
  kernel: release(),
  node: process.versions.node,
};
mkdirSync(join(root, "bench/results"), { recursive: true });
writeFileSync(
  join(root, "bench/results/latest.json"),
  `${JSON.stringify({ at: new Date().toISOString(), machine, results }, null, 2)}\n`,
);
process.stdout.write(`${renderTable(results)}\n`);
for (const name of failed) process.stdout.write(`failed  ${name}\n`);
process.exitCode = failed.length === 0 && results.every((result) => result.held) ? 0 : 1;
