/** A host that pulls, for the tests of this folder. Only inside tools/sandbox. */
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isNetwrightError, parseImageReference, type StoredImageReference } from "@netwright/base";
import type { NodeSystem } from "@netwright/contract";
import { nodeSystem } from "@netwright/system";
import { afterAll, afterEach, beforeEach, expect } from "vitest";
import type { Progress } from "../fetched-image.ts";
import { layersDirectory, workDirectory } from "../layout.ts";
import { platformOf } from "../manifest.ts";
import { pullImage, resolveImage, type PullContext } from "../pull.ts";
import { listImages } from "../record.ts";
import { archive, digestOf, directory, type TestImage } from "./images.ts";

const passwd = { name: "etc/passwd", content: "root:x:0:0::/root:/bin/sh\napp:x:1000:50::/srv/app:/bin/sh\n" };
export const bottom = archive(
  directory("etc"),
  directory("bin"),
  passwd,
  { name: "bin/shop", content: "v1".repeat(5000), mode: 0o755 },
  { name: "old" },
);
export const top = archive({ name: ".wh.old" }, directory("srv"), { name: "srv/page.html", content: "hello" });
export const config = {
  Entrypoint: ["/bin/shop"],
  Cmd: ["--port", "80"],
  Env: ["MODE=shop"],
  WorkingDir: "/srv",
  User: "app",
  StopSignal: "SIGQUIT",
};
export const shop: TestImage = { layers: [bottom, top], config };

/** What a record of `shop` says. */
export const shopRecord = {
  layers: [
    { id: digestOf(bottom), size: bottom.length },
    { id: digestOf(top), size: top.length },
  ],
  entrypoint: ["/bin/shop"],
  cmd: ["--port", "80"],
  env: ["MODE=shop"],
  workingDir: "/srv",
  stopSignal: "SIGQUIT",
  user: { uid: 1000, gid: 50, groups: [], home: "/srv/app" },
};

export const named = (text: string): StoredImageReference => parseImageReference(text) as StoredImageReference;

/** Registers what goes before and after each test: an empty store, and nothing half-done in it. */
export function pullingHost() {
  const base = mkdtempSync(join(tmpdir(), "nw-pull-"));
  const host = {
    base,
    system: undefined as unknown as NodeSystem,
    progress: [] as Progress[],
    stop: new AbortController(),
  };
  afterAll(() => rmSync(base, { recursive: true, force: true }));
  beforeEach(() => {
    host.system = nodeSystem({ run: join(base, "run"), state: mkdtempSync(join(base, "state-")) });
    host.progress = [];
    host.stop = new AbortController();
  });
  afterEach(() => {
    const work = workDirectory(host.system.paths);
    expect(existsSync(work) ? readdirSync(work) : []).toEqual([]);
  });
  const contextOf = (change: Partial<PullContext> = {}): PullContext => ({
    system: host.system,
    access: { authFile: null },
    platform: platformOf(process.arch),
    limits: { octets: 2 ** 26, entries: 10_000 },
    signal: host.stop.signal,
    onProgress: (now) => host.progress.push(now),
    layersUnderWay: new Map(),
    ...change,
  });
  const pull = async (text: string, context = contextOf()) => {
    const reference = named(text);
    return pullImage(context, reference, await resolveImage(context, reference));
  };
  /** Code and message; no image is in the store. */
  const failure = async (action: Promise<unknown>): Promise<string> => {
    const error: unknown = await action.then(
      () => "it worked",
      (reason: unknown) => reason,
    );
    const { files, paths } = host.system;
    expect(existsSync(layersDirectory(paths)) ? await listImages(files, paths) : []).toEqual([]);
    return isNetwrightError(error) ? `${error.code} ${error.message}` : String(error);
  };
  return Object.assign(host, { contextOf, pull, failure });
}
