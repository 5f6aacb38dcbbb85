/** Where a resolver tells answers: one line each, answered by one octet once the firewall knows them. */
import { chmod, chown, mkdir, rm } from "node:fs/promises";
import { createServer, type Socket } from "node:net";
import { dirname } from "node:path";
import { longestLine } from "./answer.ts";

/** Rejects nothing: what it could not do is the asker's no less than what it did. */
export type TakeLine = (line: string) => Promise<void>;

export interface AnswersSocket {
  /** Also of those who are connected. */
  close(): void;
}

/** Of one network's resolver, which needs one: who may speak here must not take all that this process may open. */
export const connectionsMax = 16;

/** @param group whose processes may speak here, beside root's */
export async function listenForAnswers(path: string, group: number | null, take: TakeLine): Promise<AnswersSocket> {
  await mkdir(dirname(path), { recursive: true });
  await rm(path, { force: true });
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket.on("close", () => open.delete(socket)));
    void serve(socket, take);
  });
  server.maxConnections = connectionsMax;
  await new Promise<void>((resolve, reject) => {
    // Later ones are about single connections, which are not taken then.
    server.on("error", reject);
    server.listen(path, () => resolve());
  });
  // Nobody but root reaches it before it has its group.
  if (group !== null) await chown(path, 0, group);
  await chmod(path, group === null ? 0o600 : 0o660);
  return {
    close: () => {
      server.close();
      for (const socket of open) socket.destroy();
    },
  };
}

/** In order: who waits for one answer gets it before what came later. */
async function serve(socket: Socket, take: TakeLine): Promise<void> {
  socket.on("error", () => socket.destroy());
  let rest = "";
  try {
    for await (const chunk of socket.setEncoding("utf8") as AsyncIterable<string>) {
      const lines = `${rest}${chunk}`.split("\n");
      rest = lines.pop() ?? "";
      if (rest.length > longestLine) break;
      for (const line of lines) {
        await take(line);
        // Who does not read its answers is not waiting for them.
        if (!socket.write(".")) return void socket.destroy();
      }
    }
  } catch {
    // It went away, as resolvers do.
  }
  socket.destroy();
}
