// Answers every line or datagram with the instance's name, the sender's address and what was sent.
import { createSocket } from "node:dgram";
import { createServer } from "node:net";
import { hostname } from "node:os";

const port = 7007;
const answer = (address, data) => `${hostname()} ${address} ${data}`;

const tcp = createServer((socket) => {
  socket.on("data", (data) => socket.write(answer(socket.remoteAddress, data)));
  socket.on("error", () => {});
});
tcp.listen(port, "::");

const udp = createSocket("udp6");
udp.on("message", (data, from) => udp.send(answer(from.address, data), from.port, from.address));
udp.bind(port, "::");

process.on("SIGTERM", () => process.exit(0));
