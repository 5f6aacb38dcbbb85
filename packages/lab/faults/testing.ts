/** A lab that faults are done to, and what can be seen of them from its nodes. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { faultSchema, type Fault } from "@netwright/api";
import { milliseconds } from "@netwright/base";
import { beginFault, findLab, runIn, type ActiveFault } from "../index.ts";
import { enter } from "../sandbox/enter.ts";
import { context } from "../testdata/context.ts";

export const lab = "faults";
export const probe = new URL("../testdata/probe.pl", import.meta.url).pathname;
export const labCommand = new URL("../testdata/lab-command.ts", import.meta.url).pathname;
export const [a, b] = ["fd00:0:0:2::2", "fd00:0:0:2::3"];
const children: ChildProcess[] = [];

export const parse = (fault: object): Fault => faultSchema.parse(fault);
export const inNode = async (node: string, ...command: string[]): Promise<string> =>
  (await runIn(context, { lab, node, command, timeout: milliseconds(20_000) })).stdout;

export async function begin(fault: object, seed = 1): Promise<ActiveFault> {
  const outcome = await beginFault(context, lab, parse(fault), { seed });
  if (outcome.kind === "Skipped") throw new Error(outcome.reason);
  return outcome.fault;
}

/** A process that stays in a node; resolves when it says that it is ready. */
export async function stay(node: string, ...words: string[]): Promise<{ child: ChildProcess; said: () => string[] }> {
  const { record } = await findLab(context, lab);
  const [program, ...args] = enter(record.nodes[node]?.machine.pid ?? 0, ["perl", probe, ...words]);
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "inherit"] });
  children.push(child);
  let text = "";
  child.stdout.on("data", (data: Buffer) => (text += data.toString()));
  await once(child.stdout, "data");
  return { child, said: () => text.split("\n").slice(1, -1) };
}

export function killAll(): void {
  for (const child of children) child.kill("SIGKILL");
}

/**
 * Numbers of the datagrams that are answered, and the shortest round trip in milliseconds.
 * @param patience in seconds, for each
 */
export async function ask(
  from: string,
  to: string,
  count: number,
  { octets = 100, patience = 0.5 }: { readonly octets?: number; readonly patience?: number } = {},
): Promise<{ got: number[]; shortest: number }> {
  const words = [count, octets, patience].map(String);
  const said = await inNode(from, "perl", probe, "ask", to, "7000", ...words);
  const [shortest = 0, , ...got] = said.trim().split(" ").map(Number);
  return { got, shortest };
}
export const answered = async (from: string, to: string, octets = 100): Promise<boolean> =>
  (await ask(from, to, 1, { octets })).got.length === 1;

export const wires = (): readonly number[] =>
  readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && ofProcess(name, "cmdline").includes("/wire\0fault"))
    .filter((name) => ofProcess(name, "comm") === "wire\n")
    .map(Number);

/** Empty where it has ended meanwhile. */
function ofProcess(id: string, file: string): string {
  try {
    return readFileSync(`/proc/${id}/${file}`, "utf8");
  } catch {
    return "";
  }
}

/** Which of a row of datagrams from a arrive at b. */
export async function arrivals(count: number): Promise<number[]> {
  const { child, said } = await stay("b", "count", "7001");
  const closed = once(child, "close");
  await inNode("a", "perl", probe, "send", b, "7001", String(count), "100");
  // The last words go another way: the fault is about the port.
  await inNode(
    "a",
    "perl",
    "-e",
    `use Socket qw(:DEFAULT inet_pton); socket my $s, AF_INET6, SOCK_DGRAM, 0; bind $s, pack_sockaddr_in6(7002, "\\0" x 16); sub at { pack_sockaddr_in6(7001, inet_pton(AF_INET6, "${b}")) } for (1 .. 50) { send $s, pack("N", 0xffffffff), 0, at(); select undef, undef, undef, 0.02 }`,
  );
  await closed;
  return said().map(Number);
}
