/** Starts programs in nodes and waits until others may rely on them. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { milliseconds, NetwrightError, seconds } from "@netwright/base";
import type { LabContext } from "../context.ts";
import type { NodeProgram, Readiness } from "../programs/program.ts";
import { logPath, type LabPaths } from "../record/paths.ts";
import type { NodeProcess } from "../record/record.ts";
import type { Topology } from "../topology/topology.ts";
import { waitUntil } from "../wait.ts";
import { programsScript } from "./programs-script.ts";
import { runScript } from "./run-script.ts";

/** A lab whose nodes stand. */
export interface Site {
  readonly context: LabContext;
  readonly paths: LabPaths;
  readonly topology: Topology;
  /** Process 1 of the sandbox, as the machine sees it. */
  readonly sandbox: number;
  readonly nodes: Readonly<Record<string, NodeProcess>>;
}

/** @throws NW1605 that names what did not get ready, with the last line of its log. */
export async function startPrograms(
  site: Site,
  stage: string,
  programs: readonly NodeProgram[],
  signal?: AbortSignal,
): Promise<void> {
  const { context, paths, sandbox, nodes } = site;
  writeFileSync(`${paths.scripts}/${stage}.sh`, programsScript(paths, nodes, programs), { mode: 0o600 });
  await runScript(context, paths, sandbox, stage);
  const waiting = () =>
    programs.filter(({ node, ready }) => ready !== null && !isReady((nodes[node] as NodeProcess).machine.pid, ready));
  const ready = async (): Promise<boolean> => waiting().length === 0;
  if (await waitUntil(context.clock, ready, seconds(30), milliseconds(10), signal)) return;
  throw notReady(
    paths,
    waiting().map(({ node, program }) => ({ node, program })),
  );
}

/** An error about programs that did not get ready, with what the first of them said last. */
export function notReady(
  paths: LabPaths,
  programs: readonly { readonly node: string; readonly program: string }[],
): NetwrightError {
  const [first] = programs;
  const names = programs.map(({ node, program }) => `${program} in ${node}`).join(", ");
  const log = first === undefined ? paths.logs : logPath(paths, first.node, first.program);
  const said =
    existsSync(log) && first !== undefined ? (readFileSync(log, "utf8").trim().split("\n").at(-1) ?? "") : "";
  return new NetwrightError("NW1605", `not ready: ${names}${said === "" ? "" : `; last words: ${said}`}`, {
    hint: `see ${log}`,
  });
}

/** State 0A of proc_net_tcp is LISTEN; a bound UDP socket has no peer and state 07. */
const socketTables = { Tcp: { file: "tcp6", state: "0A" }, Udp: { file: "udp6", state: "07" } } as const;

/** Looks from outside, through /proc of the node's process 1: no process is started for it. */
function isReady(pid: number, ready: Readiness): boolean {
  if (ready.kind === "File") return existsSync(`/proc/${pid}/root${ready.path}`);
  const { file, state } = socketTables[ready.kind];
  const port = ready.port.toString(16).toUpperCase().padStart(4, "0");
  return readFileSync(`/proc/${pid}/net/${file}`, "utf8")
    .split("\n")
    .some((line) => {
      const [, local = "", , status] = line.trim().split(/\s+/);
      return local.endsWith(`:${port}`) && status === state;
    });
}
