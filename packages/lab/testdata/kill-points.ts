/**
 * `kill-points.ts COUNT SEED`, in a sandbox of its own: kills `up`, some process of the lab, or both at random moments,
 * sometimes `down` too, then takes the lab down and compares the machine with the one before. Prints JSON.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { inventory } from "./inventory.ts";

const [count = 10, seed = 1] = process.argv.slice(2).map(Number);
const command = new URL("lab-command.ts", import.meta.url).pathname;
const name = "killed";

/** Mulberry32: the same seed, the same points. */
let state = seed;
function random(): number {
  state = (state + 0x6d2b_79f5) | 0;
  let value = Math.imul(state ^ (state >>> 15), 1 | state);
  value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value;
  return ((value ^ (value >>> 14)) >>> 0) / 4_294_967_296;
}

const start = (...words: readonly string[]): ChildProcess =>
  spawn(process.execPath, [command, ...words], { stdio: ["ignore", "ignore", "inherit"] });

async function ended(child: ChildProcess): Promise<number | null> {
  const [code] = child.exitCode === null && child.signalCode === null ? ((await once(child, "exit")) as [number | null]) : [child.exitCode];
  return code;
}

const up = (): ChildProcess => start("up", name, process.env["LAB_MANIFEST"] ?? "agents-lab.json");
const down = (): ChildProcess => start("down", name);

/** Any process of the lab or of the command: what is here and was not before. */
function strike(before: ReadonlySet<string>): string {
  const victims = readdirSync("/proc").filter((pid) => /^\d+$/.test(pid) && Number(pid) !== process.pid && !before.has(pid));
  const victim = victims[Math.floor(random() * victims.length)];
  if (victim === undefined) return "nobody";
  try {
    const text = readFileSync(`/proc/${victim}/cmdline`, "utf8").split("\0").slice(0, 3).join(" ");
    readlinkSync(`/proc/${victim}/exe`);
    process.kill(Number(victim), "SIGKILL");
    return text;
  } catch {
    return "nobody any more";
  }
}

async function point(length: number): Promise<string> {
  const before = new Set(readdirSync("/proc"));
  const kind = random();
  const at = random() * length * 1.1;
  const child = up();
  await delay(at);
  let told = `${at.toFixed(0)} ms: `;
  if (kind > 0.4) told += `killed ${strike(before)}; `;
  if (kind < 0.8) {
    child.kill("SIGKILL");
    told += "killed up; ";
  }
  // What is left of a wounded `up` may take long to give up: it is ended in every case before `down`.
  else await Promise.race([ended(child), delay(length)]).then(() => child.kill("SIGKILL"));
  await ended(child);
  if (random() < 0.4) {
    const first = down();
    await delay(random() * 600);
    first.kill("SIGKILL");
    await ended(first);
    told += "killed down; ";
  }
  return told;
}

/** The kernel may need a moment for what it frees on its own. */
async function differences(before: readonly string[]): Promise<readonly string[]> {
  const deadline = Date.now() + 60_000;
  for (;;) {
    const now = inventory();
    const different = [...now.filter((line) => !before.includes(line)), ...before.filter((line) => !now.includes(line)).map((line) => `gone: ${line}`)];
    if (different.length === 0 || Date.now() > deadline) return different;
    await delay(20);
  }
}

const before = inventory();
const begin = performance.now();
const first = await ended(up());
const length = performance.now() - begin;
const results = [{ told: "whole up and down", up: first, down: await ended(down()), left: await differences(before) }];
for (let index = 0; index < count; index++) {
  const told = await point(length);
  results.push({ told, up: null, down: await ended(down()), left: await differences(before) });
}
console.log(JSON.stringify(results, undefined, 1));
