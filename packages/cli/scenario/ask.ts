/** Lines from the terminal. Between questions nothing is read: a shell that is opened then gets what is typed. */
import type { ReadStream } from "node:tty";

export interface Questions {
  /** @returns undefined when the input has ended, or the signal aborts. */
  ask(prompt: string, signal: AbortSignal): Promise<string | undefined>;
}

export function questionsOn(
  input: Pick<ReadStream, "on" | "off" | "resume" | "pause">,
  write: (text: string) => void,
): Questions {
  const lines: string[] = [];
  let rest = "";
  let ended = false;
  /** @returns false when there is no more. */
  const more = async (signal: AbortSignal): Promise<boolean> => {
    if (ended) return false;
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const onData = (chunk: Buffer): void => {
      const parts = (rest + chunk.toString("utf8")).split("\n");
      rest = parts.pop() ?? "";
      lines.push(...parts);
      resolve(true);
    };
    const onAbort = (): void => resolve(false);
    const onEnd = (): void => {
      // It is told once.
      ended = true;
      resolve(false);
    };
    input.on("data", onData).on("end", onEnd);
    signal.addEventListener("abort", onAbort, { once: true });
    input.resume();
    const found = await promise;
    input.pause();
    input.off("data", onData).off("end", onEnd);
    signal.removeEventListener("abort", onAbort);
    return found;
  };
  return {
    async ask(prompt, signal) {
      if (signal.aborted) return undefined;
      write(prompt);
      while (lines.length === 0 && (await more(signal)));
      if (signal.aborted) return undefined;
      return lines.shift()?.trim();
    },
  };
}
