/** What doctor reads from this machine. Changes nothing. */
import type { NodeSystem } from "@netwright/contract";
import { birdPaths } from "@netwright/drivers/bgp-bird/paths.ts";
import { parseInterfaces, type Interface } from "./interfaces.ts";
import { parsePrograms, type RunningProgram } from "./programs.ts";
import { parseRuleset, type Ruleset } from "./ruleset.ts";
import { settingNames, settingPath, type Settings } from "./settings.ts";
import { parseSockets, type ListeningSocket } from "./sockets.ts";

export interface Machine {
  readonly sockets: readonly ListeningSocket[];
  readonly interfaces: readonly Interface[];
  readonly ruleset: Ruleset;
  readonly programs: readonly RunningProgram[];
  readonly settings: Settings;
  readonly isProcSysReadOnly: boolean;
  readonly advertised: readonly string[];
  /** Processes that Netwright started. */
  readonly own: ReadonlySet<number>;
  /** Commands that did not answer: what they would have told is not judged. */
  readonly unread: readonly string[];
}

type Command = readonly [string, ...string[]];

// One process reads the links of all, whatever their number.
const programsScript = `own=$(readlink /proc/self/ns/net)
find /proc/[0-9]*/ns/net -maxdepth 0 -printf '%p %l\\n' 2>/dev/null | while read -r path namespace; do
  [ "$namespace" = "$own" ] || continue
  pid=\${path#/proc/} pid=\${pid%%/*}
  read -r name 2>/dev/null <"/proc/$pid/comm" && echo "$pid $name"
done
:`;

export async function readMachine({ runner, files, paths }: NodeSystem): Promise<Machine> {
  const unread: string[] = [];
  const ask = async <T>(command: Command, parse: (text: string) => T, none: T): Promise<T> => {
    try {
      const { code, stdout } = await runner.run(command);
      if (code === 0) return parse(stdout);
    } catch {
      // Said below: a program that is missing is a driver's finding already.
    }
    unread.push(command.slice(0, 4).join(" "));
    return none;
  };
  const [sockets, interfaces, ruleset, programs, advertised, mounts, pid] = await Promise.all([
    ask(["ss", "-H", "-l", "-n", "-t", "-u", "-p"], parseSockets, []),
    ask(["ip", "-j", "-d", "address", "show"], parseInterfaces, []),
    ask<Ruleset>(["nft", "-j", "list", "ruleset"], parseRuleset, new Map()),
    ask(["sh", "-c", programsScript], parsePrograms, []),
    ask(["ip", "-j", "-6", "route", "show", "default"], advertisedBy, []),
    files.read("/proc/self/mounts"),
    files.read(birdPaths(paths).pid),
  ]);
  const names = settingNames(interfaces.map(({ name }) => name));
  const named = await Promise.all(sockets.map((socket) => withProgram(socket, files)));
  const values = await Promise.all(names.map(async (name) => [name, await files.read(settingPath(name))] as const));
  return {
    sockets: named,
    interfaces,
    ruleset,
    programs,
    advertised,
    settings: new Map(values.flatMap(([name, value]) => (value === undefined ? [] : [[name, value.trim()] as const]))),
    isProcSysReadOnly: /^\S+ \/proc(\/sys)? \S+ ro[, ]/m.test(mounts ?? ""),
    own: new Set(pid === undefined ? [] : [Number(pid)]),
    unread,
  };
}

/** The name of a process is its first thread's, which interpreters give names of their own: its command line says more. */
async function withProgram(socket: ListeningSocket, files: NodeSystem["files"]): Promise<ListeningSocket> {
  const { process } = socket;
  const line = process === null ? undefined : await files.read(`/proc/${process.pid}/cmdline`).catch(() => undefined);
  const [program = "", ...args] = line?.split("\0") ?? [];
  if (process === null || program === "") return socket;
  const isOwn = [program, ...args.slice(0, 2)].some((word) =>
    /(^|\/)(netwright|agent)(\.mjs)?$|\/(cli|agent)\/main\.ts$/.test(word),
  );
  return { ...socket, process: { ...process, name: isOwn ? "netwright" : (program.split("/").at(-1) ?? program) } };
}

/** Devices of default routes that router advertisements made. */
export const advertisedBy = (json: string): readonly string[] =>
  (
    JSON.parse(json.trim() === "" ? "[]" : json) as readonly { readonly dev?: string; readonly protocol?: string }[]
  ).flatMap(({ dev, protocol }) => (protocol === "ra" && dev !== undefined ? [dev] : []));
