/** unbound's control socket: one command, one connection, one answer. No process is started for it. */
import { createConnection } from "node:net";
import { messageOf, milliseconds, NetwrightError, type Milliseconds } from "@netwright/base";

const patience = milliseconds(2000);

/** @throws NW1605 when nobody answers in time, NW1601 when nobody listens. */
export function ask(socket: string, question: string, timeout: Milliseconds = patience): Promise<string> {
  return new Promise((resolve, reject) => {
    const connection = createConnection(socket);
    const chunks: Buffer[] = [];
    const timer = setTimeout(() => {
      connection.destroy(new NetwrightError("NW1605", `unbound did not answer ${JSON.stringify(question)}`));
    }, timeout);
    connection.on("data", (chunk) => chunks.push(chunk));
    connection.on("error", (cause) => {
      clearTimeout(timer);
      if (cause instanceof NetwrightError) reject(cause);
      else reject(new NetwrightError("NW1601", `unbound cannot be asked: ${messageOf(cause)}`, { cause }));
    });
    connection.on("end", () => {
      clearTimeout(timer);
      resolve(Buffer.concat(chunks).toString("utf8"));
    });
    connection.write(`UBCT1 ${question}\n`);
  });
}

/** @throws NW1601 when it is refused. */
export async function command(socket: string, text: string): Promise<void> {
  const answer = (await ask(socket, text)).trim();
  if (answer !== "ok") throw new NetwrightError("NW1601", `unbound refused ${JSON.stringify(text)}: ${answer}`);
}
