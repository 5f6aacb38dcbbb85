import type { Client, WatchEvent, WireObject } from "@netwright/api";
import { milliseconds, seconds } from "@netwright/base";
import { expect, test } from "vitest";
import { shopAt } from "../testing/objects.ts";
import { keptTerminal, type KeptTerminal } from "../testing/terminal.ts";
import { followServices, isReady } from "./progress.ts";

/** Lists one service, then tells what becomes of it; waits for the signal in the end. */
function fakeClient(first: WireObject | undefined, ...later: readonly WireObject[]): Client {
  const items = first === undefined ? [] : [first];
  return {
    list: async () => ({ items, revision: 1 }),
    watch: async function* (_kind: string, { signal }: { signal: AbortSignal }): AsyncGenerator<WatchEvent> {
      for (const object of later) yield { type: "Modified", revision: 2, object };
      if (!signal.aborted) await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
    },
  } as unknown as Client;
}

const follow = (client: Client, terminal: KeptTerminal, timeout = seconds(60)): Promise<void> =>
  followServices(client, { services: ["service/shop"], revision: 1, timeout }, terminal);

const stagesIn = ({ printed }: KeptTerminal): readonly string[] =>
  printed.err.split("\n").flatMap((line) => /^ {2}(\w+)/.exec(line)?.[1] ?? []);

test("each stage is printed once, the newest only when the next begins", async () => {
  const terminal = keptTerminal();
  const client = fakeClient(
    shopAt(["address", "placed"], false),
    shopAt(["address", "placed", "running"], false),
    shopAt(["address", "placed", "running", "ready"], true),
  );
  await follow(client, terminal);
  expect(stagesIn(terminal)).toEqual(["address", "placed", "running", "ready"]);
  expect(terminal.printed.err.split("\n")[0]).toBe("service/shop");
});

test("one that is ready at once is followed no further", async () => {
  const terminal = keptTerminal();
  await follow(fakeClient(shopAt(["address", "ready"], true)), terminal);
  expect(stagesIn(terminal)).toEqual(["address", "ready"]);
});

test("a terminal shows what comes next", async () => {
  const terminal = keptTerminal({ live: true });
  await follow(
    fakeClient(shopAt(["address", "placed"], false), shopAt(["address", "placed", "ready"], true)),
    terminal,
  );
  expect(terminal.printed.err).toContain("placed ...");
});

test("a terminal shows how far images are, and services without any wait for none", async () => {
  const terminal = keptTerminal({ live: true });
  const before = shopAt(["address", "placed", "proven", "firewall", "running"], false);
  const conditions = (before.status?.["conditions"] ?? []) as readonly object[];
  const pulled = { type: "Pulled", status: "False", reason: "Pulling", message: "host1: fetched 3 MiB of 9 MiB" };
  const fetching = { ...before, status: { ...before.status, conditions: [...conditions, pulled] } };
  await follow(
    fakeClient(fetching, shopAt(["address", "placed", "proven", "firewall", "pulled", "running"], true)),
    terminal,
  );
  expect(terminal.printed.err).toContain("pulled host1: fetched 3 MiB of 9 MiB ...");
  const other = keptTerminal({ live: true });
  await follow(fakeClient(before, shopAt(["address", "placed", "proven", "firewall", "running"], true)), other);
  expect(other.printed.err).not.toContain("pulled");
});

test("when the time is over it says what is missing, newest stage included", async () => {
  const terminal = keptTerminal();
  await expect(
    follow(fakeClient(shopAt(["address", "placed"], false)), terminal, milliseconds(1)),
  ).rejects.toMatchObject({
    code: "NW1508",
    message: "not ready after 1 ms: service/shop: Ready is False (NotServed): nobody answers",
  });
  expect(stagesIn(terminal)).toEqual(["address", "placed"]);
});

test("a service that never came", async () => {
  await expect(follow(fakeClient(undefined), keptTerminal(), milliseconds(1))).rejects.toThrow(
    "service/shop: not seen",
  );
});

test("Ctrl-C is no failure of the service", async () => {
  const terminal = keptTerminal();
  const following = follow(fakeClient(shopAt([], false)), terminal);
  terminal.interrupt();
  await expect(following).rejects.toMatchObject({ name: "AbortError" });
});

test("ready for an older generation is not ready", () => {
  const ready = shopAt([], true);
  expect(isReady(ready)).toBe(true);
  expect(isReady({ ...ready, metadata: { ...ready.metadata, generation: 2 } })).toBe(false);
});
