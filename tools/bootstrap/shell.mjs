// @ts-check
/** Running programs, and the one way in which set-up fails. */
import { spawn } from "node:child_process";

/** A failure to be told to a person: what, and what to do about it. */
export class SetupFailure extends Error {
  /** @param {string} message @param {string} hint */
  constructor(message, hint) {
    super(message);
    this.hint = hint;
  }
}

/** @typedef {{ code: number, output: string }} Result `output` is stdout and stderr as they came. */

/**
 * Runs a program to its end, also when this process is interrupted meanwhile: half an installation is worse than a
 * wait. It has a process group of its own, which a terminal's Ctrl-C does not reach; the caller asks `interrupted()`.
 * @param {readonly [string, ...string[]]} command
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv }} [options]
 * @returns {Promise<Result>}
 */
export function run(command, options = {}) {
  const [program, ...args] = command;
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { ...options, detached: true, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    const keep = (/** @type {Buffer} */ chunk) => void (output += chunk.toString("utf8"));
    child.stdout.on("data", keep);
    child.stderr.on("data", keep);
    child.on("error", (error) =>
      reject(new SetupFailure(`${program} cannot be started: ${error.message}`, "is it installed?")),
    );
    child.on("close", (code, signal) => resolve({ code: signal === null ? (code ?? 1) : 130, output }));
  });
}

let stopped = false;

/** From now on these signals are noted, not obeyed at once. @param {(line: string) => void} say */
export function holdInterrupts(say) {
  for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"])) {
    process.on(signal, () => {
      if (!stopped) say("interrupted: ending what was begun, then stopping");
      stopped = true;
    });
  }
}

export const interrupted = () => stopped;

/** The end of a program's output, indented, for an error text. @param {string} output */
export function lastLines(output, count = 12) {
  return output
    .trimEnd()
    .split("\n")
    .slice(-count)
    .map((line) => `    ${line}`)
    .join("\n");
}
