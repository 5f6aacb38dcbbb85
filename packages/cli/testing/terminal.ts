/** A terminal whose output is kept. */
import type { Clock } from "@netwright/base";
import { systemClock } from "@netwright/base/node-clock.ts";
import type { Terminal } from "../terminal.ts";

export interface KeptTerminal extends Terminal {
  /** What was printed so far. */
  readonly printed: { out: string; err: string };
  /** Presses Ctrl-C. */
  interrupt(): void;
}

export function keptTerminal(
  options: Partial<Pick<Terminal, "env" | "live" | "screen" | "colors" | "textOf">> & { readonly clock?: Clock } = {},
): KeptTerminal {
  const printed = { out: "", err: "" };
  const stop = new AbortController();
  return {
    out: (text) => void (printed.out += text),
    err: (text) => void (printed.err += text),
    stdin: (async function* () {})(),
    textOf: () => undefined,
    live: false,
    screen: null,
    colors: { out: false, err: false },
    env: {},
    cwd: "/",
    clock: systemClock,
    signal: stop.signal,
    ...options,
    printed,
    interrupt: () => stop.abort(),
  };
}
