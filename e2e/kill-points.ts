/**
 * `kill-points.ts LAB COUNT SEED`, in a sandbox of its own: kills `lab up`, `apply`, `delete` or any process of the lab at
 * random moments, takes the lab down and compares the machine with the one before. One JSON line per point.
 */
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { machineInventory } from "./machine-inventory.ts";
import { environmentOf, netwrightProgram, startProcess } from "./product.ts";

const [name = "kills", countText = "10", seedText = "1"] = process.argv.slice(2);

/** Mulberry32: the same seed, the same points. */
let state = Number(seedText);
function random(): number {
  state = (state + 0x6d2b_79f5) | 0;
  let value = Math.imul(state ^ (state >>> 15), 1 | state);
  value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value;
  return ((value ^ (value >>> 14)) >>> 0) / 4_294_967_296;
}

const verbs = {
  up: ["lab", "up", "--hosts", "1"],
  apply: ["apply", "-f", "examples/shop.yaml"],
  delete: ["delete", "service/shop"],
  down: ["lab", "down"],
} as const;
type Verb = keyof typeof verbs;

interface Started {
  readonly kill: () => void;
  /** Exit status; null when it was killed. What it printed, for when it should have worked. */
  readonly ended: Promise<{ readonly code: number | null; readonly said: string }>;
}

function start(verb: Verb): Started {
  const child = startProcess([netwrightProgram, ...verbs[verb]], { env: environmentOf(name) });
  let said = "";
  child.stdout.on("data", (chunk) => (said += String(chunk)));
  child.stderr.on("data", (chunk) => (said += String(chunk)));
  const ended = once(child, "close").then(([code]) => ({ code: code as number | null, said }));
  return { kill: () => void child.kill("SIGKILL"), ended };
}

async function whole(verb: Verb): Promise<number> {
  const begun = performance.now();
  const { code, said } = await start(verb).ended;
  if (code !== 0) throw new Error(`${verb} ended with ${code}: ${said}`);
  return performance.now() - begun;
}

/** A process that is here and was not before: of the lab, or of the command that is at work. */
function strike(before: ReadonlySet<string>): string {
  const victims = readdirSync("/proc").filter(
    (pid) => /^\d+$/.test(pid) && Number(pid) !== process.pid && !before.has(pid),
  );
  const victim = victims[Math.floor(random() * victims.length)];
  if (victim === undefined) return "nobody";
  try {
    const text = readFileSync(`/proc/${victim}/cmdline`, "utf8").split("\0").slice(0, 4).join(" ");
    process.kill(Number(victim), "SIGKILL");
    return text;
  } catch {
    return "nobody any more";
  }
}

/** Kills the verb itself, something of the lab, or both, somewhere in the time that the verb takes. */
async function wound(verb: Verb, length: number, before: ReadonlySet<string>): Promise<string> {
  const [kind, at] = [random(), random() * length];
  const running = start(verb);
  await delay(at);
  let told = `${verb} after ${at.toFixed(0)} of ${length.toFixed(0)} ms:`;
  if (kind > 0.5) told += ` ${strike(before)} killed;`;
  if (kind < 0.75) told += ` ${verb} killed;`;
  // A wounded verb may take long to give up: it is ended in every case.
  else await Promise.race([running.ended, delay(length)]);
  running.kill();
  await running.ended;
  return told;
}

async function maybeWoundDown(length: number): Promise<string> {
  if (random() > 0.3) return "";
  const running = start("down");
  await delay(random() * length);
  running.kill();
  await running.ended;
  return " down killed;";
}

/** The kernel may need a moment for what it frees on its own. */
async function differences(before: readonly string[]): Promise<readonly string[]> {
  const deadline = performance.now() + 20_000;
  for (;;) {
    const now = machineInventory(name);
    const left = now.filter((line) => !before.includes(line)).map((line) => `left: ${line}`);
    const gone = before.filter((line) => !now.includes(line)).map((line) => `gone: ${line}`);
    if (left.length + gone.length === 0 || performance.now() > deadline) return [...left, ...gone];
    await delay(20);
  }
}

const before = machineInventory(name);
const lengths: Record<Verb, number> = { up: 0, apply: 0, delete: 0, down: 0 };
for (const verb of ["up", "apply", "delete", "down"] as const) lengths[verb] = await whole(verb);
console.log(JSON.stringify({ told: "up, apply, delete, down: nobody killed", left: await differences(before) }));

for (let index = 0; index < Number(countText); index++) {
  const known = new Set(readdirSync("/proc"));
  const verb = (["up", "up", "apply", "delete"] as const)[Math.floor(random() * 4)] as Verb;
  if (verb !== "up") await whole("up");
  if (verb === "delete") await whole("apply");
  let told = await wound(verb, lengths[verb], known);
  told += await maybeWoundDown(lengths.down);
  const { code, said } = await start("down").ended;
  const failed = code === 0 ? [] : [`down ended with ${code}: ${said}`];
  console.log(JSON.stringify({ told, left: [...failed, ...(await differences(before))] }));
}
