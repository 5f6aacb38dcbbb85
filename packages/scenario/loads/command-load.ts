/** A generator of the user's own: all of its run is one request, which succeeds with exit status 0. */
import type { Load } from "@netwright/api";
import { messageOf, milliseconds } from "@netwright/base";
import { startAt, type Scene } from "../run/scene.ts";
import { Requests } from "./requests.ts";
import type { RunningLoad } from "./running-load.ts";

const outputKept = 4096;

export function startCommandLoad(scene: Scene, load: Load, argv: readonly string[]): RunningLoad {
  const { clock } = scene.stage.context;
  const requests = new Requests();
  const at = scene.elapsed();
  let said = "";
  let endedAt: ReturnType<Scene["elapsed"]> | undefined;
  let stopped = false;
  const keep = (chunk: Buffer): void => void (said = (said + String(chunk)).slice(-outputKept));
  const running = startAt(scene, load.at, { argv }, { stdout: keep, stderr: keep });
  const end = (problem: string | undefined): void => {
    endedAt = scene.elapsed();
    // Whoever was stopped did what it should as long as it ran.
    const failure = stopped ? undefined : problem;
    requests.add({ at, took: milliseconds(endedAt - at), ...(failure === undefined ? {} : { failure }) });
  };
  const over = running.exit.then(
    ({ code }) => end(code === 0 ? undefined : `exit status ${code}: ${said.trim().split("\n").at(-1) ?? ""}`),
    (error: unknown) => end(messageOf(error)),
  );
  const stop = async (): Promise<void> => {
    stopped = true;
    if (endedAt === undefined) running.abandon();
    await over;
  };
  if (load.for !== undefined) {
    const limit = new AbortController();
    void clock.sleep(load.for, limit.signal).then(stop, () => {});
    void over.then(() => limit.abort());
  }
  return {
    name: load.name,
    // Its one request is under way as long as it runs.
    counts: async (since, last) => (endedAt === undefined ? undefined : requests.counts(since, Infinity, last)),
    stop,
    report: (from = at) => {
      const until = endedAt ?? scene.elapsed();
      const begin = milliseconds(Math.min(Math.max(from, at), until));
      return { name: load.name, description: argv.join(" "), ...requests.report(begin, until) };
    },
  };
}
