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
  readonly settle: (error?: NetwrightError) => void;
}

export class KeptNft {
  #child: ChildProcessWithoutNullStreams | undefined;
  /** In the order they were asked. */
  #waiting: Waiting[] = [];
  readonly #netns: string;

  constructor(netns: string) {
    this.#netns = netns;
  }

  /** One transaction, on one line. @throws NW1601 when it is refused, NW1605 when nft does not answer in time. */
  load(script: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const child = (this.#child ??= this.#start());
      const timer = setTimeout(() => this.#end(new NetwrightError("NW1605", "nft does not answer")), patience);
      const settle = (error?: NetwrightError): void => {
        clearTimeout(timer);
        if (error === undefined) resolve();
        else reject(error);
      };
      this.#waiting.push({ said: [], settle });
      child.stdin.write(`${script}\n${mark}\n`);
    });
  }

  /** The next transaction starts another, in the namespace that has the name then. */
  close(): void {
    this.#end(new NetwrightError("NW1601", "nft was told to end"));
  }

  #start(): ChildProcessWithoutNullStreams {
    const nft = "HOME=/dev/null exec nft -i -j 2>&1";
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
    this.#waiting.shift();
    const complaint = first.said.find((text) => text.trim() !== "");
    first.settle(complaint === undefined ? undefined : new NetwrightError("NW1601", `nft: ${complaint}`));
  }

  #end(error: NetwrightError): void {
    const [child, waiting] = [this.#child, this.#waiting];
    this.#child = undefined;
    this.#waiting = [];
    child?.kill("SIGKILL");
    for (const { settle } of waiting) settle(error);
  }
}
