/** The program `netwright`. */
import { readFileSync } from "node:fs";
import { systemClock } from "@netwright/base/node-clock.ts";
import { runProgram } from "./program.ts";
import { wantsColor, type Screen } from "./terminal.ts";

const interrupted = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => interrupted.abort());
}
// A reader that closes early, such as `head`, is no error of ours.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(0);
  throw error;
});

/** The terminal's own settings come back in any case: Node restores them when it ends. */
const screen: Screen = {
  size: () => ({ columns: process.stdout.columns, rows: process.stdout.rows }),
  onKeys: (take) => {
    const onData = (data: Buffer): void => take(data.toString("utf8"));
    process.stdin.setRawMode(true);
    process.stdin.on("data", onData).resume();
    return () => {
      process.stdin.off("data", onData).pause();
      process.stdin.setRawMode(false);
    };
  },
};

function textOfFile(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}

process.exitCode = await runProgram(process.argv.slice(2), {
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  stdin: process.stdin,
  textOf: textOfFile,
  live: process.stderr.isTTY,
  screen: process.stdin.isTTY && process.stdout.isTTY ? screen : null,
  colors: { out: wantsColor(process.env, process.stdout.isTTY), err: wantsColor(process.env, process.stderr.isTTY) },
  env: process.env,
  cwd: process.cwd(),
  clock: systemClock,
  signal: interrupted.signal,
});

// A look-up that hangs must not keep a shell waiting that has its candidates.
if (process.argv[2] === "__complete") process.exit();
