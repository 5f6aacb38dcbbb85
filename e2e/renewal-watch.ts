/**
 * A client that stays connected while certificates change: `renewal-watch.ts URL CAFILE`. A request every 100 ms on one
 * connection that is kept, and one on a new connection beside it. One JSON line every 100 ms.
 */
import { readFileSync } from "node:fs";
import { Agent, request } from "node:https";
import type { TLSSocket } from "node:tls";

const [url = "", caFile = ""] = process.argv.slice(2);
const ca = readFileSync(caFile);
const kept = new Agent({ keepAlive: true, maxSockets: 1, ca });
const seen = { kept: 0, fresh: 0, failures: [] as string[] };
const sockets = new Set<unknown>();
const serials = new Set<string>();

function send(agent: Agent | false): void {
  const which = agent === false ? "fresh" : "kept";
  const sent = request(url, { agent, ca }, (response) => {
    const socket = response.socket as TLSSocket;
    if (agent === false) serials.add(socket.getPeerCertificate().serialNumber);
    else sockets.add(socket);
    response.resume().on("end", () => {
      if (response.statusCode === 200) seen[which] += 1;
      else seen.failures.push(`${which}: status ${response.statusCode}`);
    });
  });
  sent.on("error", (error) => seen.failures.push(`${which}: ${error.message}`));
  sent.end();
}

setInterval(() => {
  send(kept);
  send(false);
  console.log(JSON.stringify({ ...seen, connections: sockets.size, certificates: serials.size }));
}, 100);
