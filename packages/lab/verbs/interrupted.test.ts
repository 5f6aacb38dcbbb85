/** An interruption ends `lab up` at once, whatever it waits for. */
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { milliseconds } from "@netwright/base";
import { expect, onTestFinished, test } from "vitest";
import { labPaths } from "../record/paths.ts";
import { context } from "../testdata/context.ts";
import { waitUntil } from "../wait.ts";
import { clientOf } from "./agents-ready.ts";

test("though the server takes a call and never answers", async () => {
  const directory = mkdtempSync(join(tmpdir(), "netwright-"));
  const paths = { ...labPaths("any"), socket: join(directory, "socket"), token: join(directory, "token") };
  writeFileSync(paths.token, "token\n");
  const server = createServer().listen(paths.socket);
  onTestFinished(() => {
    server.close();
    rmSync(directory, { recursive: true });
  });
  const interrupted = new AbortController();
  const client = await clientOf({ context, paths }, interrupted.signal);
  const [call] = [client.list("Host"), await once(server, "connection")];
  interrupted.abort();
  await expect(call).rejects.toBe(interrupted.signal.reason);
});

test("though there is no time left to sleep in", async () => {
  const signal = AbortSignal.abort();
  const wait = waitUntil(context.clock, async () => false, milliseconds(0), milliseconds(10), signal);
  await expect(wait).rejects.toBe(signal.reason);
});
