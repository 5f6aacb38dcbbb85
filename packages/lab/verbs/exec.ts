/** `lab exec NODE -- COMMAND`: as if one sat at that node. */
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { existsSync } from "node:fs";
import { constants } from "node:os";
import { messageOf, NetwrightError } from "@netwright/base";
import type { LabContext } from "../context.ts";
import { enterAsPart, enterNetwork } from "../sandbox/enter.ts";
import { commandEnvironment } from "../sandbox/environment.ts";
import { findNode } from "../topology/find.ts";
import { findLab } from "./list.ts";
import { nodeProcess } from "./node-process.ts";

export interface ExecOptions {
  readonly lab?: string;
  readonly node: string;
  readonly command: readonly string[];
  /** Of the caller: passed on without proxies, certificates and settings of runtimes. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** With the caller's files. */
  readonly networkOnly?: boolean;
}

/**
 * Runs with the caller's terminal, in the caller's directory where the node sees it too.
 * @returns the exit status; 128 + number when a signal ended it (as sh does), 127 when there is no such command.
 * @throws NW1701 for a lab or node that is not there, NW1703 when it has ended.
 */
export async function exec(
  context: LabContext,
  { lab, node, command, environment, networkOnly = false }: ExecOptions,
): Promise<number> {
  const { record } = await findLab(context, lab);
  const { pid } = await nodeProcess(context, record, findNode(record.topology, node).name);
  const [program, ...args] = networkOnly ? enterNetwork(pid, command) : enterAsPart(pid, command, sameDirectory(pid));
  const own = networkOnly ? {} : record.images[node]?.env;
  return foreground(program, args, { ...commandEnvironment(environment), ...own });
}

/**
 * `nsenter` stops itself when its command is stopped, as by a fault that pauses the node. Whoever lets the command go on
 * there cannot see it.
 */
function goOn(pid: number | undefined): void {
  const isStopped = (one: string): boolean => / T \d/.test(readFileSync(`/proc/${one}/stat`, "utf8"));
  try {
    if (pid === undefined || !isStopped(String(pid))) return;
    const [command = ""] = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").split(" ");
    if (command !== "" && !isStopped(command)) process.kill(pid, "SIGCONT");
  } catch (error) {
    // It ended while it was looked at, or the kernel does not tell children.
    if (!["ENOENT", "ESRCH"].includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
  }
}

/** The caller's, where the node has one of that name. */
function sameDirectory(pid: number): string | undefined {
  const here = process.cwd();
  if (/^\/(run|proc|sys|etc)(\/|$)/.test(here)) return undefined;
  return existsSync(`/proc/${pid}/root${here}`) ? here : undefined;
}

const stay = (): void => {};

/** Ctrl-C reaches the command by the terminal; we stay until it has ended, to pass its status on. */
function foreground(program: string, args: readonly string[], env: Record<string, string>): Promise<number> {
  const signals = ["SIGINT", "SIGQUIT"] as const;
  for (const signal of signals) process.on(signal, stay);
  const child = spawn(program, args, { stdio: "inherit", env });
  const watch = setInterval(() => goOn(child.pid), 250);
  return new Promise<number>((resolve, reject) => {
    child.once("error", (cause) => {
      reject(new NetwrightError("NW1602", `${program} cannot be started: ${messageOf(cause)}`, { cause }));
    });
    child.once("exit", (code, signal) => resolve(signal === null ? (code ?? 0) : 128 + constants.signals[signal]));
  }).finally(() => {
    clearInterval(watch);
    for (const signal of signals) process.off(signal, stay);
  });
}
