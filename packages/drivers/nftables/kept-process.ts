/**
 * One nft that is kept in a namespace and told a transaction when there is one: no process is started for it. For what
 * somebody waits for; all else goes the plain way (`kernel.ts`).
 */
import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { createInterface } from "node:readline";
import { messageOf, milliseconds, NetwrightError } from "@netwright/base";

const patience = milliseconds(2000);

/** Something that is answered in one line of JSON whatever was before: what comes first are complaints. */
const mark = "list tables inet";

interface Waiting {
  readonly said: string[];
  /** Answers to come: that to the mark, after that to a question. */
  left: number;
  answer: string;
  readonly settle: (result: string | NetwrightError) => void;
}

export class KeptNft {
  #child: ChildProcessWithoutNullStreams | undefined;
  /** In the order they were asked. */
  #waiting: Waiting[] = [];
  readonly #netns: string;

  readonly #options: string;

  /** @param options of nft, for example `-t`: elements of sets are not listed */
  constructor(netns: string, options = "") {
    this.#netns = netns;
    this.#options = options;
  }

  /** One transaction, on one line. @throws NW1601 when it is refused, NW1605 when nft does not answer in time. */
  async load(script: string): Promise<void> {
    await this.#tell(script, 1);
  }

  /** The answer to one command that lists, as JSON. @throws as `load` does. */
  list(command: string): Promise<string> {
    return this.#tell(command, 2);
  }

  #tell(line: string, answers: number): Promise<string> {
    return new Promise((resolve, reject) => {
      const child = (this.#child ??= this.#start());
      const timer = setTimeout(() => this.#end(new NetwrightError("NW1605", "nft does not answer")), patience);
      const settle = (result: string | NetwrightError): void => {
        clearTimeout(timer);
        if (typeof result === "string") resolve(result);
        else reject(result);
      };
      this.#waiting.push({ said: [], left: answers, answer: "", settle });
      child.stdin.write(`${line}\n${mark}\n`);
    });
  }

  /** The next transaction starts another, in the namespace that has the name then. */
  close(): void {
    this.#end(new NetwrightError("NW1601", "nft was told to end"));
  }

  #start(): ChildProcessWithoutNullStreams {
    const nft = `HOME=/dev/null exec nft -i -j ${this.#options} 2>&1`;
    const child = spawn("nsenter", [`--net=/run/netns/${this.#netns}`, "--", "sh", "-c", nft], { stdio: "pipe" });
    const end = (why: string): void => {
      if (this.#child === child) this.#end(new NetwrightError("NW1601", why));
    };
    child.on("error", (cause) => end(`nft cannot be started: ${messageOf(cause)}`));
    child.on("close", () => end("nft has ended"));
    child.stdin.on("error", () => {});
    createInterface({ input: child.stdout }).on("line", (line) => {
      if (this.#child === child) this.#heard(line);
    });
    return child;
  }

  #heard(line: string): void {
    const [first] = this.#waiting;
    if (first === undefined) return;
    if (!line.startsWith('{"nftables"')) return void first.said.push(line);
    // It warns of what it cannot say in JSON, and says the rest.
    const complaint = first.said.find((text) => text.trim() !== "" && !text.startsWith("warning: "));
    first.left -= 1;
    // What is refused has no answer of its own: the one that came is that to the mark.
    if (first.left > 0 && complaint === undefined) return void (first.answer = line);
    this.#waiting.shift();
    first.settle(complaint === undefined ? first.answer : new NetwrightError("NW1601", `nft: ${complaint}`));
  }

  #end(error: NetwrightError): void {
    const [child, waiting] = [this.#child, this.#waiting];
    this.#child = undefined;
    this.#waiting = [];
    child?.kill("SIGKILL");
    for (const { settle } of waiting) settle(error);
  }
}
