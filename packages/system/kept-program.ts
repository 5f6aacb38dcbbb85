/** A program that is kept and asked line by line: no process is started for a question. */
import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import type { Socket } from "node:net";
import { createInterface } from "node:readline";
import { messageOf, NetwrightError, seconds } from "@netwright/base";
import type { Conversation } from "@netwright/contract";

/** For one answer. */
const patience = seconds(10);

interface Waiting {
  readonly settle: (answer: string) => void;
  readonly fail: (error: NetwrightError) => void;
}

export class KeptProgram implements Conversation {
  readonly #command: readonly [string, ...string[]];
  #child: ChildProcessWithoutNullStreams | undefined;
  /** In the order they were asked. */
  #waiting: Waiting[] = [];
  #timer: NodeJS.Timeout | undefined;
  /** Of what it complained last. */
  #said = "";

  constructor(command: readonly [string, ...string[]]) {
    this.#command = command;
  }

  async ask(lines: readonly string[]): Promise<readonly string[]> {
    if (lines.length === 0) return [];
    const child = (this.#child ??= this.#start());
    const answers = lines.map(() => new Promise<string>((settle, fail) => void this.#waiting.push({ settle, fail })));
    this.#attend(child);
    child.stdin.write(lines.map((line) => `${line}\n`).join(""));
    // Whoever fails first speaks for all.
    return Promise.all(answers);
  }

  close(): void {
    this.#end(new NetwrightError("NW1604", `${this.#name} was told to end`));
  }

  get #name(): string {
    return this.#command[0];
  }

  #start(): ChildProcessWithoutNullStreams {
    const [program, ...args] = this.#command;
    const child = spawn(program, args, { stdio: "pipe" });
    this.#said = "";
    child.on("error", (cause) => {
      const error = new NetwrightError("NW1602", `${this.#name} cannot be started: ${messageOf(cause)}`, { cause });
      if (this.#child === child) this.#end(error);
    });
    child.on("close", (code) => {
      const error = new NetwrightError(
        "NW1604",
        `${this.#name} has ended (status ${code ?? "none"}) ${this.#said}`.trim(),
      );
      if (this.#child === child) this.#end(error);
    });
    child.stdin.on("error", () => {});
    child.stderr.on("data", (data: Buffer) => (this.#said = data.toString().trim().slice(-500)));
    createInterface({ input: child.stdout }).on("line", (line) => {
      if (this.#child === child) this.#heard(child, line);
    });
    return child;
  }

  #heard(child: ChildProcessWithoutNullStreams, line: string): void {
    this.#waiting.shift()?.settle(line);
    this.#attend(child);
  }

  /** Sees to the time while somebody waits, and lets this process end while nobody does. */
  #attend(child: ChildProcessWithoutNullStreams): void {
    clearTimeout(this.#timer);
    const parts = [child, ...[child.stdin, child.stdout, child.stderr].map((stream) => stream as unknown as Socket)];
    if (this.#waiting.length === 0) {
      for (const part of parts) part.unref();
      return;
    }
    for (const part of parts) part.ref();
    const late = (): void => this.#end(new NetwrightError("NW1605", `${this.#name} does not answer`));
    this.#timer = setTimeout(late, patience);
  }

  #end(error: NetwrightError): void {
    const [child, waiting] = [this.#child, this.#waiting];
    this.#child = undefined;
    this.#waiting = [];
    clearTimeout(this.#timer);
    child?.kill("SIGKILL");
    for (const { fail } of waiting) fail(error);
  }
}
