/** What a node tells of itself to somebody who is to help: file by file, without secrets. Changes nothing. */
import type { FactFile } from "@netwright/api";
import { messageOf, redactor, seconds } from "@netwright/base";
import { networkNamespace, type HostState, type NodeSystem } from "@netwright/contract";
import { converse } from "@netwright/drivers/bgp-bird/control-socket.ts";
import { birdPaths } from "@netwright/drivers/bgp-bird/paths.ts";
import { layoutOf, proxiesDirectory } from "@netwright/drivers/proxy-haproxy/layout.ts";
import { ask } from "@netwright/drivers/proxy-haproxy/runtime-api.ts";
import { logPath } from "@netwright/drivers/runtime-crun/index.ts";
import { examine, emptySite, siteOfState } from "../doctor.ts";
import { birdCommands, networkSources, nodeSources, proxyCommands, type Source } from "./commands.ts";
import { secretsOf } from "./secrets-here.ts";
import { shownState } from "./shown-state.ts";

export interface FactsContext {
  readonly system: NodeSystem;
  /** Undefined where no server has said anything yet. */
  readonly state: HostState | undefined;
  readonly hostname: string;
  /** The agent's own log, its last lines; empty where none runs. */
  readonly log: string;
}

/** Octets of one file: more is cut off, logs at their beginning and lists at their end. */
const largest = 1024 * 1024;
/** Tenant networks and instances of a host that are told in full. */
const most = 100;
const lastLines = 500;

type Part = Pick<FactFile, "path"> & { readonly read: () => Promise<string> };

export async function* collectFacts(context: FactsContext): AsyncGenerator<FactFile> {
  const redact = redactor(await secretsOf(context.system, context.state));
  for (const { path, read } of partsOf(context)) {
    try {
      const text = redact(await read());
      const isLog = path.endsWith(".log");
      const cut = text.length <= largest ? text : isLog ? text.slice(-largest) : text.slice(0, largest);
      yield { path, text: cut, problem: text.length > largest ? `cut off at ${largest} octets` : null };
    } catch (error) {
      yield { path, text: "", problem: redact(messageOf(error)) };
    }
  }
}

function partsOf({ system, state, hostname, log }: FactsContext): readonly Part[] {
  const networks = (state?.networks ?? []).slice(0, most);
  const workloads = networks.flatMap(({ project, workloads: all }) => all.map((each) => ({ project, ...each })));
  const commands = [...nodeSources, ...networks.flatMap((each) => networkSources(networkNamespace(each)))];
  const site = state === undefined ? emptySite : siteOfState(state);
  const doctor = async (): Promise<string> =>
    json(await examine({ paths: system.paths, site, node: state?.node ?? null, hostname, time: null }));
  const proxies = workloads.filter(({ run }) => run.kind === "Proxy").map(({ project, id }) => `${project}.${id}`);
  const { socket, log: birdLog } = birdPaths(system.paths);
  return [
    { path: "doctor.json", read: doctor },
    ...(state === undefined ? [] : [{ path: "state.json", read: async () => json(shownState(state)) }]),
    ...commands.map((source) => ({ path: source.path, read: () => output(system, source) })),
    { path: "bird.txt", read: () => bird(socket) },
    { path: "proxies.txt", read: async () => (await system.files.list(proxiesDirectory(system.paths))).join("\n") },
    ...proxies.map((name) => ({ path: `proxies/${name}.txt`, read: () => proxy(layoutOf(system.paths, name).socket) })),
    ...(log === "" ? [] : [{ path: "agent.log", read: async () => log }]),
    { path: "bird.log", read: () => tail(system, birdLog) },
    ...workloads.slice(0, most).map(({ project, id }) => ({
      path: `instances/${project}.${id}.log`,
      read: () => tail(system, logPath(system.paths, `${project}.${id}`)),
    })),
  ];
}

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

async function output({ runner }: NodeSystem, { command, netns }: Source): Promise<string> {
  const options = { timeout: seconds(5), ...(netns === undefined ? {} : { netns }) };
  const { stdout, stderr } = await runner.run(command, options);
  return stdout + stderr;
}

async function tail({ runner, files }: NodeSystem, path: string): Promise<string> {
  if (!(await files.exists(path))) return "";
  return (await runner.run(["tail", "-n", String(lastLines), path])).stdout;
}

const bird = (socket: string): Promise<string> =>
  converse(socket, async (question) => {
    const answers: string[] = [];
    for (const command of birdCommands) answers.push(`# ${command}\n${await question(command)}`);
    return answers.join("\n");
  });

async function proxy(socket: string): Promise<string> {
  const answers: string[] = [];
  for (const command of proxyCommands) answers.push(`# ${command}\n${await ask(socket, command)}`);
  return answers.join("\n");
}
