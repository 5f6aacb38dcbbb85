/**
 * Proofs over lists of 5-tuple rules: what one change of a rule costs, all rules and contracts at once, and Z3 with the same
 * questions. Times are of this process's own CPU, so that other work on the machine counts less.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import type { Box } from "@netwright/prove/rules/box.ts";
import { anyPacket } from "@netwright/prove/rules/header.ts";
import { allowsAll, deniesAll, isRedundant, isShadowed, type Proof } from "@netwright/prove/rules/questions.ts";
import { RuleList, type Rule } from "@netwright/prove/rules/rule-list.ts";
import { search } from "@netwright/prove/rules/search.ts";
import { randomOf, rulesOf, shapes, type Family, type Shape } from "@netwright/prove/testing/rule-lists.ts";
import { smtFields, smtQuestion, type WrittenList } from "@netwright/prove/testing/smt.ts";
import { disagreements } from "@netwright/prove/testing/small-space.ts";
import type { Benchmark, Case, Side } from "../tools/measure/benchmark.ts";
import { cpuOf, quantile } from "./support/cpu.ts";
import { told } from "./support/told.ts";

const size = 100_000;
const changes = 1000;
const contracts = 1000;
const families: readonly Family[] = ["IPv4", "IPv6"];

type Change = "remove" | "insert" | "flip";

/** One rule goes, comes back in its place, or says the opposite; told is what packets that changes. */
function change(list: RuleList, rules: readonly Rule[], at: number, kind: Change): readonly Proof[] {
  const rule = rules[at] as Rule;
  const next = rules[at + 1]?.id;
  const opposite: Rule = { ...rule, verdict: rule.verdict === "Allow" ? "Deny" : "Allow" };
  const row = list.rowOf(rule.id) as number;
  const proofs = [kind === "flip" ? isShadowed(list, row) : isRedundant(list, row)];
  list.remove(rule.id);
  list.insert(kind === "flip" ? opposite : rule, next);
  if (kind !== "flip") return proofs;
  list.remove(rule.id);
  list.insert(rule, next);
  return proofs;
}

/** Contracts about the packets of single rules: whether nothing, or everything, of them may pass. */
const contractsOf = (rules: readonly Rule[], random: () => number): readonly Box[] =>
  Array.from({ length: contracts }, () => (rules[Math.floor(random() * rules.length)] as Rule).match);

function casesOf(shape: Shape, family: Family): readonly Case[] {
  const name = `${family}, ${shape}, ${size.toLocaleString("en")} rules`;
  const rules = rulesOf(shape, family, size);
  const random = randomOf(7);
  let list = new RuleList("Deny");
  const before = process.memoryUsage().heapUsed;
  const built = cpuOf(() => (list = new RuleList("Deny", rules)));
  const held = (process.memoryUsage().heapUsed - before) / 2 ** 20;
  let notProved = 0;
  const times = Array.from({ length: changes }, (_, index) => {
    const kind = (["remove", "insert", "flip"] as const)[index % 3] as Change;
    const at = Math.floor(random() * rules.length);
    return cpuOf(() => {
      notProved += change(list, rules, at, kind).filter(({ verdict }) => verdict === "NotProved").length;
    });
  });
  let open = 0;
  const full = cpuOf(() => {
    for (const { id } of rules) open += Number(isShadowed(list, list.rowOf(id) as number).verdict === "NotProved");
    for (const [index, region] of contractsOf(rules, random).entries())
      open += Number((index % 2 === 0 ? deniesAll : allowsAll)(list, region).verdict === "NotProved");
  });
  return [
    told(`${name}: one change, p50`, "ms CPU", quantile(times, 0.5)),
    told(`${name}: one change, p99`, "ms CPU", quantile(times, 0.99), { of: "median", atMost: 10 }),
    told(`${name}: changes that end as not proved, of ${changes}`, "", notProved),
    told(`${name}: every rule and ${contracts} contracts`, "ms CPU", full, { of: "median", atMost: 5000 }),
    told(`${name}: of these not proved`, "", open),
    told(`${name}: read in`, "ms CPU", built),
    told(`${name}: memory`, "MiB", held),
  ];
}

/** Does the second list let a packet pass that the first does not? One rule of the middle is not in the first. */
function questionOf(family: Family, count: number) {
  const after = rulesOf("nested", family, count);
  const before = after.toSpliced(count >> 1, 1);
  const [allows, denies] = [after, before].map((rules): WrittenList => ({ otherwise: "Deny", rules })) as [
    WrittenList,
    WrittenList,
  ];
  return { allows, denies, changed: (after[count >> 1] as Rule).match };
}

const solverLimitSeconds = 60;

/** The answer and the CPU time that it took, in milliseconds. */
async function askZ3(text: string): Promise<{ readonly answer: string; readonly ms: number }> {
  const child = spawn("z3", ["-in", "-smt2", `-T:${solverLimitSeconds}`, "-st"], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString("utf8")));
  child.stdin.end(text);
  await once(child, "close");
  return {
    answer: output.split("\n")[0] ?? "",
    ms: Number(/:total-time\s+([\d.]+)/.exec(output)?.[1] ?? solverLimitSeconds) * 1000,
  };
}

/** Enough to compare two whole lists of which nothing else is known. */
const wholeBudget = 20_000_000;

/** @param where which packets are asked for: those of the rule that is new, or all */
function againstZ3(family: Family, count: number, where: "of the new rule" | "all"): Case {
  const { allows, denies, changed } = questionOf(family, count);
  const region = where === "all" ? anyPacket : changed;
  const text = `${smtFields}\n${smtQuestion(region, allows, denies)}`;
  const [one, two] = [allows, denies].map(({ otherwise, rules }) => new RuleList(otherwise, rules)) as [
    RuleList,
    RuleList,
  ];
  const conditions = [
    { list: one, verdict: "Allow" },
    { list: two, verdict: "Deny" },
  ] as const;
  let ours = "";
  const measured = cpuSide(() => {
    ours = { Found: "sat", None: "unsat", Unknown: "unknown" }[search(region, conditions, wholeBudget).kind];
  });
  const ask = async (): Promise<number> => {
    const { answer, ms } = await askZ3(text);
    if (answer !== ours && answer !== "timeout") throw new RangeError(`Invariant: Z3 says ${answer}, we say ${ours}`);
    return ms;
  };
  return {
    name: `${family}, ${count.toLocaleString("en")} rules, one new: does it let anything through; packets: ${where}`,
    unit: "ms CPU",
    bars: where === "all" ? [] : [{ of: "ratio", atMost: 0.1 }],
    rounds: 3,
    measured,
    baseline: { run: ask },
  };
}

const cpuSide = (work: () => void): Side => ({ run: async () => cpuOf(work) });

/** At this size a solver is not expected to end in a minute; what it says is told in the name. */
async function unfinished(family: Family): Promise<Case> {
  const { allows, denies, changed } = questionOf(family, size);
  const { answer, ms } = await askZ3(`${smtFields}\n${smtQuestion(changed, allows, denies)}`);
  const said = answer === "sat" || answer === "unsat" ? `ends: ${answer}` : "unfinished";
  const name = `${family}, ${size.toLocaleString("en")} rules, one new: Z3 within ${solverLimitSeconds} s: ${said}`;
  return told(name, "ms CPU", ms);
}

const asked = families.flatMap((family) =>
  [1000, 10_000].flatMap((count) => (["of the new rule", "all"] as const).map((where) => ({ family, count, where }))),
);

export const benchmark: Benchmark = {
  name: "prove-rules",
  bar: "100,000 rules: one change below 10 ms CPU at p99, everything below 5 s; no disagreement with the reference in 100,000 random cases",
  cases: async () => [
    told("100,000 random cases: disagreements with the reference evaluator", "", disagreements(100_000), {
      of: "median",
      atMost: 0,
    }),
    ...shapes.flatMap((shape) => families.flatMap((family) => casesOf(shape, family))),
    ...asked.map(({ family, count, where }) => againstZ3(family, count, where)),
    ...(await Promise.all(families.map(unfinished))),
  ],
};
