/** Who may speak to the agent about names, how many at a time, and what each gets back. */
import { once } from "node:events";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { createConnection, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { longestLine } from "./answer.ts";
import { connectionsMax, listenForAnswers, type AnswersSocket, type TakeLine } from "./answers-socket.ts";

const directory = mkdtempSync(join(tmpdir(), "netwright-answers-"));
const path = join(directory, "below", "answers");
let server: AnswersSocket | undefined;
let clients: Socket[] = [];
afterEach(() => {
  for (const client of clients) client.destroy();
  clients = [];
  server?.close();
  rmSync(join(directory, "below"), { recursive: true });
});

const listen = async (take: TakeLine): Promise<void> => {
  server = await listenForAnswers(path, null, take);
};

async function connect(): Promise<Socket> {
  const client = createConnection(path);
  clients.push(client);
  client.on("error", () => {});
  await once(client, "connect");
  return client;
}

/** True when a line is answered, false when the connection is closed instead. */
const isServed = (client: Socket): Promise<boolean> =>
  new Promise((resolve) => {
    client.once("data", () => resolve(true)).once("close", () => resolve(false));
    client.write("line\n");
  });

test("each line is answered by an octet, in order, once it is taken", async () => {
  const taken: string[] = [];
  await listen(async (line) => void taken.push(line));
  const client = await connect();
  client.write("a\nb");
  await once(client, "data");
  expect(taken).toEqual(["a"]);
  client.write("c\n");
  expect(String((await once(client, "data"))[0])).toBe(".");
  expect(taken).toEqual(["a", "bc"]);
});

test("nobody but root, where resolvers have no group", async () => {
  await listen(async () => {});
  expect((statSync(path).mode & 0o777).toString(8)).toBe("600");
});

test("so many at a time and no more; one that goes makes room", async () => {
  await listen(async () => {});
  for (let count = 0; count < connectionsMax; count++) expect(await isServed(await connect())).toBe(true);
  expect(await isServed(await connect())).toBe(false);
  clients[0]?.destroy();
  await expect.poll(async () => isServed(await connect())).toBe(true);
});

test("who sends a line without end is cut off", async () => {
  await listen(async () => {});
  const client = await connect();
  client.write("x".repeat(longestLine + 1));
  await once(client, "close");
  expect(await isServed(await connect())).toBe(true);
});

test("closing ends those who are connected", async () => {
  await listen(async () => {});
  const client = await connect();
  expect(await isServed(client)).toBe(true);
  server?.close();
  await once(client, "close");
});
