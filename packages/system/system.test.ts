import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isNetwrightError, milliseconds } from "@netwright/base";
import { afterAll, describe, expect, test } from "vitest";
import { nodeSystem } from "./index.ts";

const directory = mkdtempSync(join(tmpdir(), "netwright-system-"));
const { runner, files, processes } = nodeSystem({ run: join(directory, "run"), state: join(directory, "state") });
afterAll(() => rmSync(directory, { recursive: true }));

async function codeOf(action: Promise<unknown>): Promise<string | undefined> {
  try {
    await action;
  } catch (error) {
    return isNetwrightError(error) ? error.code : String(error);
  }
  return undefined;
}

describe("a kept program", () => {
  const echo = [
    "sh",
    "-c",
    'while read -r line; do if [ "$line" = end ]; then exit 3; fi; echo "<$line>"; done',
  ] as const;

  test("answers line by line, many at once, and is the same process", async () => {
    const talk = runner.converse(["sh", "-c", 'while read -r line; do echo "$$ $line"; done']);
    const [one = "", two = ""] = await talk.ask(["a", "b"]);
    const [three = ""] = await talk.ask(["c"]);
    expect(new Set([one, two, three].map((answer) => answer.split(" ")[0])).size).toBe(1);
    expect([one, two, three].map((answer) => answer.split(" ")[1])).toEqual(["a", "b", "c"]);
    talk.close();
  });

  test("one that ends is NW1604 for all that wait, and the next question starts another", async () => {
    const talk = runner.converse(echo);
    const both = await Promise.all([codeOf(talk.ask(["end"])), codeOf(talk.ask(["late"]))]);
    expect(both).toEqual(["NW1604", "NW1604"]);
    expect(await talk.ask(["again"])).toEqual(["<again>"]);
    talk.close();
  });

  test("one that cannot be started is NW1602", async () => {
    expect(await codeOf(runner.converse(["/no/such/program"]).ask(["?"]))).toBe("NW1602");
  });
});

describe("runner", () => {
  test("gives exit status, both outputs and passes input", async () => {
    const result = await runner.run(["sh", "-c", "cat; echo no >&2; exit 3"], { input: "yes" });
    expect(result).toEqual({ code: 3, stdout: "yes", stderr: "no\n" });
  });
  test("a missing program is NW1602", async () => {
    expect(await codeOf(runner.run(["/no/such/program"]))).toBe("NW1602");
  });
  test("a program that hangs is killed and is NW1605", async () => {
    expect(await codeOf(runner.run(["sleep", "60"], { timeout: milliseconds(50) }))).toBe("NW1605");
    // Nobody waits for what it has left behind, with its output still open.
    expect(await codeOf(runner.run(["sh", "-c", "sleep 3 & wait"], { timeout: milliseconds(50) }))).toBe("NW1605");
  });
  test("a program whose caller gives up is killed and is NW1605, at once or later", async () => {
    const stop = new AbortController();
    const running = codeOf(runner.run(["sleep", "60"], { signal: stop.signal }));
    stop.abort();
    expect(await running).toBe("NW1605");
    expect(await codeOf(runner.run(["sleep", "60"], { signal: stop.signal }))).toBe("NW1605");
  });
  test("input nobody reads is no error", async () => {
    const result = await runner.run(["true"], { input: "x".repeat(1_000_000) });
    expect(result.code).toBe(0);
  });
});

describe("files", () => {
  const path = join(directory, "a", "b", "file");
  test("writes with directories, mode and no leftovers; reads back; removes", async () => {
    expect(await files.read(path)).toBeUndefined();
    await files.write(path, "one", 0o600);
    await files.write(path, "two", 0o600);
    expect(await files.read(path)).toBe("two");
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(join(directory, "a", "b"))).toEqual(["file"]);
    expect(await files.list(join(directory, "a"))).toEqual(["b"]);
    await files.remove(join(directory, "a"));
    await files.remove(join(directory, "a"));
    expect(await files.exists(path)).toBe(false);
    expect(await files.list(join(directory, "a"))).toEqual([]);
  });
});

describe("processes", () => {
  const log = join(directory, "log", "process.log");
  test("start, identify, signal; a dead process is not alive", async () => {
    const id = await processes.start(["sh", "-c", "echo started; exec sleep 60"], { log });
    expect(await processes.alive(id)).toBe(true);
    expect(await processes.identify(id.pid)).toEqual(id);
    await expect.poll(() => files.read(log)).toBe("started\n");
    const startedAt = (await processes.startedAt(id)) ?? 0;
    expect(Math.abs(Date.now() - startedAt)).toBeLessThan(60_000);
    await processes.signal(id, "SIGKILL");
    await expect.poll(() => processes.alive(id)).toBe(false);
    await processes.signal(id, "SIGKILL");
  });
  test("the same pid with another start time is somebody else: never signalled", async () => {
    const id = await processes.start(["sleep", "60"], { log });
    const other = { pid: id.pid, startTicks: id.startTicks - 1 };
    expect(await processes.alive(other)).toBe(false);
    await processes.signal(other, "SIGKILL");
    expect(await processes.alive(id)).toBe(true);
    await processes.signal(id, "SIGKILL");
  });
  test("a missing program is NW1602", async () => {
    expect(await codeOf(processes.start(["/no/such/program"], { log }))).toBe("NW1602");
  });
});
