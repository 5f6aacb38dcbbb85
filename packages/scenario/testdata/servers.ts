/** What nodes of tests serve (program): HTTP on 8080 and 80 to 83, HTTPS on 8443, an echo over UDP on 9000. */
import { createSocket } from "node:dgram";
import { readFileSync } from "node:fs";
import { createServer, type RequestListener } from "node:http";
import { createServer as createSecure } from "node:https";

const answer: RequestListener = (request, response) => {
  if (request.url === "/old") response.writeHead(301, { location: "/" }).end();
  else if (request.url === "/broken") response.writeHead(503).end("no");
  else if (request.url === "/long") response.end("x".repeat(2 ** 20 + 1));
  else if (request.url !== "/silent") response.writeHead(200, { "x-word": "hello" }).end(JSON.stringify({ is: [{ ok: true }] }));
};
for (const port of [80, 81, 82, 83, 8080]) createServer(answer).listen(port, "::");
createSecure({ key: readFileSync("/etc/test/key"), cert: readFileSync("/etc/test/certificate") }, answer).listen(8443, "::");
const echo = createSocket("udp6");
echo.on("message", (text, { port, address }) => echo.send(`echo ${text}`, port, address)).bind(9000);
console.log("serving");
