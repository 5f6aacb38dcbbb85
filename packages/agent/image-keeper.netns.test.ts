/** Images of a host, from a state that wants them to what is collected. Real layouts and tar; time stands still. Run through tools/sandbox. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { NodeCalls } from "@netwright/api";
import type { Digest } from "@netwright/base";
import type { Driver, HostState, ImageReport } from "@netwright/contract";
import {
  archive,
  buildImage,
  directory,
  writeLayout,
  type BuiltImage,
} from "@netwright/drivers/image-store/testing/images.ts";
import { goldenState } from "@netwright/drivers/testing/scene.ts";
import { kernelFiles, nodeSystem } from "@netwright/system";
import { ManualClock } from "@netwright/testkit/manual-clock.ts";
import { afterEach, beforeEach, expect, test } from "vitest";
import { runAgent } from "./agent.ts";
import { ImageKeeper } from "./image-keeper.ts";
import { saveGoal } from "./state-file.ts";

const within = { timeout: 60_000 };
let base: string;
let stop: AbortController;
let running: Promise<void>;
let news: string[];
let tried: string[];
let sizes: number[];
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), "nw-keeper-"));
  stop = new AbortController();
  news = [];
  tried = [];
  sizes = [];
});
afterEach(async () => {
  stop.abort();
  await running;
  rmSync(base, { recursive: true });
});

const log = {
  debug: () => {},
  info: (event: string) => void news.push(event),
  warn: (event: string) => void news.push(event),
  error: (event: string) => void news.push(event),
};
const options = { entropy: { bytes: (count: number) => new Uint8Array(count) }, log };

function keeper(cacheSize = 2 ** 20) {
  const clock = new ManualClock();
  const system = { ...nodeSystem({ run: join(base, "run"), state: join(base, "state") }), clock };
  const kept = new ImageKeeper({
    system,
    ...options,
    authFile: null,
    cacheSize,
    onNews: () => {},
    onImage: () => void news.push("image"),
    metrics: {
      imageTried: (outcome) => void tried.push(outcome),
      imagesKept: (octets) => void sizes.push(octets),
    },
  });
  running = kept.prepare().then(() => kept.run(stop.signal));
  return { clock, kept, system };
}

/** Wanted images: names, with or without digest. */
const stateOf = (...images: readonly (readonly [string, Digest?])[]): HostState => {
  const workloads = images.map(([image, digest]) => ({
    run: { kind: "Container", image, ...(digest === undefined ? {} : { digest }) },
  }));
  return { networks: [{ workloads }] } as unknown as HostState;
};

function layout(name: string, content: string): readonly [string, BuiltImage] {
  const image = buildImage({
    layers: [archive(directory("srv"), { name: "srv/page", content })],
    config: { Cmd: ["/x"] },
  });
  writeLayout(join(base, name), { image });
  return [`oci:${join(base, name)}`, image];
}

const store = (part: string): readonly string[] => {
  const path = join(base, "state/images", part);
  return existsSync(path) ? readdirSync(path).filter((name) => !name.includes(".octets")) : [];
};

const phases = (reports: readonly ImageReport[]) => reports.map(({ phase, resolved, code }) => [phase, resolved, code]);

test("a name is looked up and fetched; when everybody runs what it stands for, nothing is fetched again", async () => {
  const [name, { digest }] = layout("shop", "one");
  const { kept } = keeper();
  kept.want(stateOf([name], ["host"]));
  await expect.poll(() => kept.reports(), within).toMatchObject([{ name, digest, resolved: true, phase: "Ready" }]);
  const told = news.length;
  kept.want(stateOf([name, digest]));
  await expect.poll(() => kept.reports(), within).toMatchObject([{ name, digest, resolved: false, phase: "Ready" }]);
  expect(kept.find(name, digest)?.phase).toBe("Ready");
  expect(kept.find(name, undefined)).toBeUndefined();
  expect(news.length).toBe(told);
});

test("what fails is told with code and hint, tried again after its rest and not before, and others go on", async () => {
  const [good] = layout("good", "good");
  const missing = `oci:${join(base, "later")}`;
  const { kept, clock } = keeper();
  kept.want(stateOf([missing], [good]));
  await expect
    .poll(() => phases(kept.reports()), within)
    .toEqual([
      ["Ready", true, null],
      ["Failed", false, "NW1609"],
    ]);
  expect(kept.reports()[1]?.hint).toContain("put the image on every host");
  layout("later", "late");
  await clock.advance(499);
  expect(kept.reports()[1]?.phase).toBe("Failed");
  await clock.advance(1);
  await expect.poll(() => kept.reports()[1]?.phase, within).toBe("Ready");
});

test("unused images go when there is no room, the longest unused first; never one that a bundle or the state has", async () => {
  const images = ["a", "b", "c"].map((name) => layout(name, name.repeat(4000)));
  const [a, b, c] = images.map(([name, { digest }]) => [name, digest] as const);
  if (a === undefined || b === undefined || c === undefined) throw new RangeError("three");
  const { kept, clock } = keeper(12_000);
  const settle = async (...wanted: readonly (readonly [string, Digest])[]): Promise<void> => {
    kept.want(stateOf(...wanted));
    await expect.poll(() => kept.reports().map(({ phase }) => phase), within).toEqual(wanted.map(() => "Ready"));
    await clock.advance(60_000);
  };
  const left = async (): Promise<readonly string[]> => {
    await clock.advance(60_000);
    return store("records").toSorted();
  };
  const records = (...digests: readonly Digest[]) => digests.map((digest) => `${digest.slice(7)}.json`).toSorted();
  await settle(a);
  mkdirSync(join(base, "run/crun/default.shop-web-1@0"), { recursive: true });
  writeFileSync(join(base, "run/crun/default.shop-web-1@0/image"), a[1]);
  await settle(b);
  await settle(c);
  await expect.poll(left, within).toEqual(records(a[1], c[1]));
  expect(store("layers").length).toBe(2);
  rmSync(join(base, "run/crun"), { recursive: true });
  await settle(b);
  await expect.poll(left, within).toEqual(records(b[1]));
});

test("what a killed agent left half-done is swept before anything is looked at", async () => {
  for (const path of ["work/layer-1/x", "writable/gone@1/upper", "writable/lives@1/upper"])
    mkdirSync(join(base, "state/images", path), { recursive: true });
  mkdirSync(join(base, "run/crun/lives@1"), { recursive: true });
  const [name] = layout("shop", "one");
  const { kept } = keeper();
  kept.want(stateOf([name]));
  await expect.poll(() => kept.reports()[0]?.phase, within).toBe("Ready");
  expect(store("work")).toEqual([]);
  expect(store("writable")).toEqual(["lives@1"]);
});

test("an agent starts no container before what one of its name left is out of the way", async () => {
  for (const path of ["state/images/writable/again@1/upper", "run/crun"])
    mkdirSync(join(base, path), { recursive: true });
  const system = nodeSystem({ run: join(base, "run"), state: join(base, "state") });
  await saveGoal(system, { revision: 1, state: { ...goldenState, node: "host1", networks: [] } });
  const looked = Promise.withResolvers<readonly string[]>();
  const runtime: Driver = {
    slot: "runtime",
    name: "fake",
    probe: async () => [],
    want: () => null,
    observe: async () => looked.resolve(store("writable")),
    plan: () => ({ install: [], retire: [] }),
    apply: async () => [],
    describe: () => "",
  };
  const nobody = async function* () {};
  const calls = { watchState: nobody, requests: nobody, report: async () => {} } as unknown as NodeCalls;
  const facts = { node: "host1", version: "0", metrics: null, recentLog: () => "", kernelFiles };
  const images = { authFile: null, cacheSize: 2 ** 20 };
  running = runAgent({ ...options, ...facts, calls, drivers: [runtime], system, images }, stop.signal);
  expect(await looked.promise).toEqual([]);
});
