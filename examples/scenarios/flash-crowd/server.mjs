// One request after the other, 20 ms for each.
import { createServer } from "node:http";

let free = 0;

createServer((request, response) => {
  free = Math.max(free, performance.now()) + 20;
  setTimeout(() => response.end("hello\n"), free - performance.now());
}).listen(8080, "::");

process.on("SIGTERM", () => process.exit(0));
