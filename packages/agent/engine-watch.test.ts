/** How often BIRD is asked. A stand-in answers at its control socket, and takes its time. */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { HostState, NodeSystem } from "@netwright/contract";
import { birdPaths } from "@netwright/drivers/bgp-bird/paths.ts";
import { ManualClock } from "@netwright/testkit/manual-clock.ts";
import { expect, onTestFinished, test, vi } from "vitest";
import { EngineWatch } from "./engine-watch.ts";

const state = { role: "Host", networks: [], bgp: { neighbors: [], announce: [], loopbacks: [], pools: [] } };

/** Of a BIRD whose every answer takes so many milliseconds. */
async function watched(took: number): Promise<{ watch: EngineWatch; clock: ManualClock; looks: () => number }> {
  const directory = mkdtempSync(join(tmpdir(), "netwright-"));
  const clock = new ManualClock();
  const system = { clock, paths: { run: directory, state: directory }, files: {} } as unknown as NodeSystem;
  const { socket } = birdPaths(system.paths);
  mkdirSync(dirname(socket), { recursive: true });
  let asked = 0;
  const bird = createServer((connection) => {
    connection.write("0001 BIRD 2.0.12 ready.\n");
    connection.on("data", () => {
      asked += 1;
      void clock.advance(took).then(() => connection.write("0000 \n"));
    });
  }).listen(socket);
  let told = 0;
  const watch = new EngineWatch(
    system,
    () => state as unknown as HostState,
    () => (told += 1),
  );
  const over = new AbortController();
  const run = watch.run(over.signal);
  onTestFinished(async () => {
    over.abort();
    await run;
    bird.close();
    rmSync(directory, { recursive: true });
  });
  await vi.waitFor(() => expect(told).toBe(1));
  return { watch, clock, looks: () => asked };
}

test("whoever wakes it, ten times as long as a look takes passes until the next", async () => {
  const { watch, clock, looks } = await watched(20);
  for (let time = 20; time < 190; time += 10) {
    watch.glance();
    watch.wake();
    await clock.advance(10);
  }
  expect(looks()).toBe(1);
  await clock.advance(40);
  await vi.waitFor(() => expect(looks()).toBe(2));
});

test("where BIRD answers at once, so does it look", async () => {
  const { watch, clock, looks } = await watched(0);
  watch.glance();
  await clock.advance(0);
  await vi.waitFor(() => expect(looks()).toBe(2));
});
