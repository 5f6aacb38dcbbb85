import { expect, test } from "vitest";
import { onScreen } from "./screen.ts";
import type { Screen } from "./terminal.ts";

function fakeScreen() {
  let take: ((keys: string) => void) | undefined;
  const screen: Screen = {
    size: () => ({ columns: 80, rows: 24 }),
    onKeys: (to) => {
      take = to;
      return () => void (take = undefined);
    },
  };
  return { screen, press: (keys: string) => take?.(keys), listens: () => take !== undefined };
}

const enter = "\u001b[?1049h\u001b[?25l";
const leave = "\u001b[?25h\u001b[?1049l";
const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));

test.each(["q", "\u0003", "\u0004"])("%j ends it, and the terminal is as before", async (key) => {
  const { screen, press, listens } = fakeScreen();
  let [printed, pressed] = ["", ""];
  const running = onScreen(
    screen,
    (text) => void (printed += text),
    new AbortController().signal,
    async (show, signal) => {
      show("one\ntwo");
      await aborted(signal);
    },
    (other) => void (pressed += other),
  );
  press("xc");
  press(key);
  await running;
  expect(printed).toBe(`${enter}\u001b[Hone\u001b[K\r\ntwo\u001b[K\u001b[J${leave}`);
  expect(pressed).toBe("xc");
  expect(listens()).toBe(false);
});

test("a signal from outside and a failure leave the terminal as before too", async () => {
  const { screen, listens } = fakeScreen();
  let printed = "";
  const stop = new AbortController();
  const out = (text: string) => void (printed += text);
  const running = onScreen(screen, out, stop.signal, (_, signal) => aborted(signal));
  stop.abort();
  await running;
  expect(printed).toBe(enter + leave);
  const failing = onScreen(screen, out, new AbortController().signal, () => Promise.reject(new RangeError("no")));
  await expect(failing).rejects.toThrow("no");
  expect(printed).toBe(enter + leave + enter + leave);
  expect(listens()).toBe(false);
});
