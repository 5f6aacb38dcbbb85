/** Collects what helps to understand a failure, while the lab still is as it failed. Secrets are taken out of every text. */
import { messageOf, redactor } from "@netwright/base";
import type { Scene } from "../run/scene.ts";
import { serverState, type Collection } from "./server-state.ts";
import { askNodes, type Snapshot } from "./snapshot.ts";
import { stateChanges, type NodeTexts } from "./state-changes.ts";
import { networkPart, wholeScript } from "./state-script.ts";

export interface Failure {
  readonly scene: Scene;
  /** From behind the set-up; undefined where that failed itself. */
  readonly before: Snapshot | undefined;
  /** Of the run. What lies there (captures) stays. */
  readonly directory: string;
}

const own = ["nodes", "before", "logs", "server", "changes.diff", "missing.txt", "report.json"] as const;

/** @returns the directory. What cannot be had is named in its `missing.txt`. */
export async function collect({ scene, before, directory }: Failure): Promise<string> {
  const { stage } = scene;
  const { files, clock } = stage.context;
  const [nodes, server, logs, token] = await Promise.all([
    askNodes(stage, wholeScript),
    stage.client().then((client) => serverState(client, clock), notReached),
    programLogs(scene),
    files.read(stage.paths.token).catch(() => undefined),
  ]);
  const states = nodeFiles(nodes.texts, before ?? new Map());
  const silent = [...nodes.silent].map(([node, why]) => `nodes/${node}.txt: ${why}`);
  const missing = [...silent, ...server.missing, ...logs.missing];
  const all = [
    ...states.files,
    ...server.files,
    ...logs.files,
    ...(missing.length === 0 ? [] : [{ path: "missing.txt", text: missing.map((line) => `${line}\n`).join("") }]),
  ];
  // Of an earlier session there may be more.
  await Promise.all(own.map((name) => files.remove(`${directory}/${name}`)));
  const redact = redactor(token === undefined ? [] : [token.trim()]);
  await Promise.all(all.map(({ path, text }) => files.write(`${directory}/${path}`, redact(text))));
  return directory;
}

const notReached = (error: unknown): Collection => ({ files: [], missing: [`server: ${messageOf(error)}`] });

function nodeFiles(after: NodeTexts, before: NodeTexts): Pick<Collection, "files"> {
  const changes = stateChanges(before, new Map([...after].map(([node, text]) => [node, networkPart(text)])));
  const each = (folder: string, texts: NodeTexts) =>
    [...texts].map(([node, text]) => ({ path: `${folder}/${node}.txt`, text }));
  return {
    files: [
      ...each("nodes", after),
      ...each("before", before),
      ...(changes === "" ? [] : [{ path: "changes.diff", text: changes }]),
    ],
  };
}

/** Characters kept of the end of each log. */
const logMax = 2 ** 20;

/** Of the lab's own programs, and of those that the scenario runs. */
async function programLogs({ stage, programs }: Scene): Promise<Collection> {
  const { files } = stage.context;
  const names = await files.list(stage.paths.logs);
  const ofLab = names.map(async (name) => ({
    path: `logs/${name}`,
    text: ((await files.read(`${stage.paths.logs}/${name}`)) ?? "").slice(-logMax),
  }));
  const done = await Promise.allSettled(ofLab);
  const started = programs.map((program) => ({
    path: `logs/${program.node}.${program.name}.log`,
    text: program.output().slice(-logMax),
  }));
  return {
    files: [...done.flatMap((each) => (each.status === "fulfilled" ? [each.value] : [])), ...started].filter(
      ({ text }) => text !== "",
    ),
    missing: done.flatMap((each, index) =>
      each.status === "rejected" ? [`logs/${names[index]}: ${messageOf(each.reason)}`] : [],
    ),
  };
}
