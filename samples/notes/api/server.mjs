// The API: notes, kept in PostgreSQL. It is healthy while the database answers.
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { hostname } from "node:os";

// Debian's packages are found by require.
const { Pool } = createRequire(import.meta.url)("pg");

const { PGHOST, PASSWORD_FILE, TITLE = "Notes" } = process.env;
const database = new Pool({
  host: PGHOST,
  user: "notes",
  database: "notes",
  password: readFileSync(PASSWORD_FILE, "utf8").trimEnd(),
  max: 4,
  connectionTimeoutMillis: 2000,
  query_timeout: 4000,
});
// A connection that breaks while nobody uses it: the next request makes another one.
database.on("error", (error) => console.error(`the database: ${error.message}`));

let prepared;
/** The table, once; of instances that start at the same time, one after the other. */
async function prepare() {
  const client = await database.connect();
  try {
    await client.query("BEGIN");
    await client.query("SELECT pg_advisory_xact_lock(1)");
    await client.query(
      "CREATE TABLE IF NOT EXISTS notes (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, text text NOT NULL)",
    );
    await client.query("COMMIT");
    client.release();
  } catch (error) {
    client.release(error);
    throw error;
  }
}

async function query(text, values) {
  prepared ??= prepare();
  await prepared.catch((error) => {
    prepared = undefined;
    throw error;
  });
  return (await database.query(text, values)).rows;
}

async function textOf(request) {
  const parts = [];
  for await (const part of request) parts.push(part);
  try {
    const { text } = JSON.parse(Buffer.concat(parts).toString("utf8"));
    return typeof text === "string" && text.trim() !== "" && text.length <= 1000 ? text.trim() : undefined;
  } catch {
    return undefined;
  }
}

/** Status and body. */
async function answer(request) {
  const { method, url } = request;
  if (url === "/healthz") {
    await query("SELECT 1");
    return [200, {}];
  }
  if (url !== "/api/notes") return [404, { error: "There is nothing here." }];
  if (method === "GET") {
    const notes = await query("SELECT text FROM notes ORDER BY id DESC LIMIT 100");
    return [200, { title: TITLE, from: `This is ${hostname()}, ${TITLE}.`, notes }];
  }
  if (method !== "POST") return [405, { error: "Only GET and POST are answered." }];
  const text = await textOf(request);
  if (text === undefined) return [400, { error: "A note is 1 to 1000 characters." }];
  await query("INSERT INTO notes (text) VALUES ($1)", [text]);
  return [201, { text }];
}

const server = createServer(async (request, response) => {
  const [status, body] = await answer(request).catch((error) => {
    console.error(`${request.method} ${request.url}: ${error.message}`);
    return [503, { error: "The database does not answer." }];
  });
  response.writeHead(status, { "content-type": "application/json" });
  response.end(`${JSON.stringify(body)}\n`);
});

process.on("SIGTERM", () => server.close(() => void database.end()));
server.listen(3000, "::");
