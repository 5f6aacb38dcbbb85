/** BIRD's control socket: it greets, then answers each line that is sent, as birdc shows it. */
import { createConnection, type Socket } from "node:net";
import { NetwrightError, seconds } from "@netwright/base";

/** A BIRD that takes longer for an answer has lost its sessions (their hold time is 9 s) or will soon. */
const patience = seconds(5);

/**
 * One conversation over one connection; a command waits for the answer to the one before.
 * @throws NW1605 when BIRD does not answer in time, any other error when nobody is there or the conversation breaks off.
 */
export async function converse<T>(
  path: string,
  talk: (ask: (command: string) => Promise<string>) => Promise<T>,
): Promise<T> {
  const socket = createConnection(path).setEncoding("utf8");
  const answers = new Answers(socket);
  try {
    await answers.next("its greeting");
    return await talk((command) => {
      socket.write(`${command}\n`);
      return answers.next(JSON.stringify(command));
    });
  } finally {
    socket.destroy();
  }
}

class Answers {
  readonly #splitter = new Splitter();
  readonly #whole: string[] = [];
  #failure: Error | undefined;
  #news: () => void = () => {};

  constructor(socket: Socket) {
    const fail = (error: Error): void => {
      this.#failure ??= error;
      this.#news();
    };
    socket.on("data", (chunk: string) => {
      this.#whole.push(...this.#splitter.take(chunk));
      this.#news();
    });
    socket.on("error", fail);
    socket.on("close", () => fail(new Error("BIRD ended the conversation")));
  }

  next(what: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#failure ??= new NetwrightError("NW1605", `BIRD did not answer ${what}`);
        this.#news();
      }, patience);
      this.#news = () => {
        const answer = this.#whole.shift();
        if (answer === undefined && this.#failure === undefined) return;
        clearTimeout(timer);
        this.#news = () => {};
        if (answer === undefined) reject(this.#failure);
        else resolve(answer);
      };
      this.#news();
    });
  }
}

/** A line that begins with a code and a blank ends an answer. Each line is looked at once: a router's answers are long. */
export class Splitter {
  #text = "";
  #lineStart = 0;

  /** @returns answers that are whole now, in the form that `birdc -v` prints: lines without a code are set in by its width */
  take(chunk: string): readonly string[] {
    this.#text += chunk;
    const whole: string[] = [];
    for (
      let end = this.#text.indexOf("\n", this.#lineStart);
      end !== -1;
      end = this.#text.indexOf("\n", this.#lineStart)
    ) {
      const isLast = /^\d{4} /.test(this.#text.slice(this.#lineStart, this.#lineStart + 5));
      this.#lineStart = end + 1;
      if (!isLast) continue;
      whole.push(this.#text.slice(0, this.#lineStart).replace(/^ /gm, "     "));
      this.#text = this.#text.slice(this.#lineStart);
      this.#lineStart = 0;
    }
    return whole;
  }
}
