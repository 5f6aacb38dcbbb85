/** A node that takes connections and says nothing, as one that is paused. */
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { milliseconds } from "@netwright/base";
import type { LabPaths } from "@netwright/lab";
import { ManualClock } from "@netwright/testkit/manual-clock.ts";
import { expect, test } from "vitest";
import { startBackground } from "./background.ts";

test("a program at a node that does not answer is not waited for for ever", async () => {
  const nodes = mkdtempSync(join(tmpdir(), "netwright-background-"));
  const sockets: Socket[] = [];
  const server = createServer((socket) => void sockets.push(socket)).listen(join(nodes, "a.sock"));
  const clock = new ManualClock();
  const common = { argv: ["x"], command: "x", env: {}, mayEnd: false, startedAt: milliseconds(0) };
  const program = startBackground({ nodes } as LabPaths, clock, { name: "p", node: "a", ...common });
  expect(program.stopped).toBe(false);
  const stopping = program.stop();
  expect(program.stopped).toBe(true);
  await clock.advance(2000);
  await clock.advance(4000);
  await stopping;
  expect(program.ended()).toBeUndefined();
  for (const socket of sockets) socket.destroy();
  server.close();
  rmSync(nodes, { recursive: true });
});
