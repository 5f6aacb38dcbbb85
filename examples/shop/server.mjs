// The sample web server: its first line names the instance that answered and the client's own address.
import { createServer } from "node:http";
import { hostname } from "node:os";

const server = createServer((request, response) => {
  if (request.url === "/healthz") {
    response.end("ok\n");
    return;
  }
  const client = request.headers["x-forwarded-for"] ?? request.socket.remoteAddress;
  response.setHeader("content-type", "text/plain; charset=utf-8");
  response.end(`Welcome to the shop. This is ${hostname()}, you are ${client}.\n`);
});

process.on("SIGTERM", () => server.close());
server.listen(8080, "::");
