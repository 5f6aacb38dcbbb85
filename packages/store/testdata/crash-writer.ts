/** Commits numbered transactions of three records until killed, and prints each number once it is acknowledged. */
import { writeSync } from "node:fs";
import { openSqliteStore } from "../sqlite.ts";

const [path = "", concurrency = "1", total = "Infinity"] = process.argv.slice(2);
const store = openSqliteStore(path, { keepRevisions: 50 });

let next = store.revision() + 1;
const last = next + Number(total) - 1;

async function write(): Promise<void> {
  while (next <= last) {
    const number = next++;
    const value = `${number} ${"x".repeat(number % 3000)}`;
    await store.commit(["a", "b", "c"].map((part) => ({ kind: "Put", key: `${part}/${number % 20}`, value })));
    writeSync(1, `acknowledged ${number}\n`);
  }
}

await Promise.all(Array.from({ length: Number(concurrency) }, write));
await store.close();
