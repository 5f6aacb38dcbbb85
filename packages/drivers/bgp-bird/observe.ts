/** What BIRD of ours there is, what it has loaded and what it originates. Reads only. */
import type { NodeSystem, ProcessId } from "@netwright/contract";
import { look, type Ask, type Reply } from "./birdc.ts";
import { parseProtocols } from "./parse-protocols.ts";
import { parseRoutes } from "./parse-routes.ts";
import { readPassword, type Password } from "./passwords.ts";
import { birdPaths } from "./paths.ts";
import { noServices, sorted, type Services } from "./services.ts";
import type { BirdWant } from "./want.ts";

export interface BirdHave {
  /** Answers: a BIRD of ours is there. Silent: our process lives but does not answer. Absent: there is none. */
  readonly engine: "Answers" | "Silent" | "Absent";
  /** The process behind it, known by our own record or by BIRD's pid file. */
  readonly process: ProcessId | null;
  /** Whether our record names that process. */
  readonly recorded: boolean;
  /** Files of ours exist. */
  readonly remains: boolean;
  /** A process of ours ended without being stopped: its routes may still be in the kernel. */
  readonly killed: boolean;
  /** Digest of the configuration that is loaded; null when it is not one of ours. */
  readonly loaded: string | null;
  /** Texts on disk, from which a restart would come up. */
  readonly config: string | null;
  readonly servicesFile: string | null;
  /** What the running BIRD originates. */
  readonly services: Services;
  /** As the node's files say now. */
  readonly passwords: readonly Password[];
  /** The text from which BIRD has its passwords; null when there is none, or when BIRD may not have loaded it. */
  readonly passwordsFile: string | null;
}

export async function observeBird(system: NodeSystem, want: BirdWant): Promise<BirdHave> {
  const { files } = system;
  const paths = birdPaths(system.paths);
  const record = await recordedProcess(system);
  const { device, services } = await look(system, observeRunning, absent);
  const answers = device.kind !== "Absent";
  const named = answers ? await namedProcess(system) : undefined;
  const process = named ?? record;
  return {
    engine: answers ? "Answers" : process === undefined ? "Absent" : "Silent",
    process: process ?? null,
    recorded: process !== undefined && record?.pid === process.pid && record.startTicks === process.startTicks,
    remains: await files.exists(paths.directory),
    killed: process === undefined && (await files.exists(paths.process)),
    loaded: parseProtocols(device)[0]?.description ?? null,
    config: (await files.read(paths.config)) ?? null,
    servicesFile: (await files.read(paths.services)) ?? null,
    services,
    passwords: await Promise.all(
      want.passwordFiles.map(async (file) => readPassword(file, await readable(system, file.path))),
    ),
    passwordsFile: (await files.exists(paths.passwordsPending)) ? null : ((await files.read(paths.passwords)) ?? null),
  };
}

/** What cannot be read, a directory for example, is as good as absent. */
const readable = (system: NodeSystem, path: string): Promise<string | undefined> =>
  system.files.read(path).catch(() => undefined);

interface Running {
  /** A BIRD that has no such protocol answers too: with a refusal. */
  readonly device: Reply;
  readonly services: Services;
}

const absent: Running = { device: { kind: "Absent", message: "" }, services: noServices };

const observeRunning = async (ask: Ask): Promise<Running> => ({
  device: await ask("show", "protocols", "all", "device1"),
  services: await originated(ask),
});

/** What the running BIRD originates now: the truth, whatever the file says. */
export async function originated(ask: Ask): Promise<Services> {
  const reply = await ask("show", "route", "where", 'proto = "services" || proto = "anchors"');
  const routes = parseRoutes(reply);
  const of = (name: string) => sorted(routes.filter(({ protocol }) => protocol === name).map(({ prefix }) => prefix));
  return { announce: of("services"), anchors: of("anchors") };
}

/** The process of our record, while it lives. */
async function recordedProcess(system: NodeSystem): Promise<ProcessId | undefined> {
  const id = parseRecord(await system.files.read(birdPaths(system.paths).process));
  return id !== undefined && (await system.processes.alive(id)) ? id : undefined;
}

/**
 * The process of BIRD's own pid file. Only to be believed while somebody answers at the socket: after a kill the
 * file stays and its pid may belong to a stranger.
 */
async function namedProcess(system: NodeSystem): Promise<ProcessId | undefined> {
  const text = (await system.files.read(birdPaths(system.paths).pid))?.trim() ?? "";
  return /^\d+$/.test(text) ? system.processes.identify(Number(text)) : undefined;
}

/** Undefined for anything that is not a record: it then counts as lost. Pure. */
export function parseRecord(text: string | undefined): ProcessId | undefined {
  const [, pid, startTicks] = /^\{"pid":(\d+),"startTicks":(\d+)\}\n$/.exec(text ?? "") ?? [];
  return pid === undefined ? undefined : { pid: Number(pid), startTicks: Number(startTicks) };
}

export const renderRecord = ({ pid, startTicks }: ProcessId): string => `${JSON.stringify({ pid, startTicks })}\n`;
