/** Redrawing a terminal in place. It is left as it was found, however the drawing ends. */
import type { Screen } from "./terminal.ts";

// The alternate screen, as pagers use it (xterm's ctlseqs): what stood there comes back.
const enter = "\u001b[?1049h\u001b[?25l";
const leave = "\u001b[?25h\u001b[?1049l";
const home = "\u001b[H";
const eraseLine = "\u001b[K";
const eraseBelow = "\u001b[J";

/** Ctrl-C and Ctrl-D: without echo they come as any other key. */
const ends = new Set(["q", "Q", "\u0003", "\u0004"]);

/**
 * Runs `draw` until somebody presses q or Ctrl-C, or the signal aborts.
 * @param draw gets what shows a frame, keys that mean nothing here, and a signal for its own end
 */
export async function onScreen(
  screen: Screen,
  out: (text: string) => void,
  signal: AbortSignal,
  draw: (show: (text: string) => void, signal: AbortSignal) => Promise<void>,
  onKey: (key: string) => void = () => {},
): Promise<void> {
  const quit = new AbortController();
  const until = AbortSignal.any([quit.signal, signal]);
  const release = screen.onKeys((keys) => {
    for (const key of keys) {
      if (ends.has(key)) quit.abort();
      else onKey(key);
    }
  });
  out(enter);
  try {
    await draw((text) => out(`${home}${text.split("\n").join(`${eraseLine}\r\n`)}${eraseLine}${eraseBelow}`), until);
  } finally {
    out(leave);
    release();
  }
}
