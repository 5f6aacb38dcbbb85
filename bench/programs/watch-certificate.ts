/**
 * Which certificate is served: `watch-certificate.ts ADDRESS PORT`, with names to ask for on standard input, one a line.
 * Asks for the last of them on a new connection again and again, and writes `NAME SERIAL NAMES` when that differs from
 * what it wrote last.
 */
import { createInterface } from "node:readline";
import { connect } from "node:tls";

const [host = "::1", port = "443"] = process.argv.slice(2);
let name = "";
let last = "";

function look(): void {
  const asked = name;
  const again = (): unknown => setTimeout(look, 2);
  if (asked === "") return void again();
  const socket = connect({ host, port: Number(port), servername: asked, rejectUnauthorized: false }, () => {
    const { serialNumber, subjectaltname = "" } = socket.getPeerCertificate();
    const line = `${asked} ${serialNumber} ${subjectaltname.replaceAll(/DNS:|\s/g, "")}`;
    if (line !== last) console.log(line);
    last = line;
    socket.destroy();
  });
  socket.on("error", () => socket.destroy());
  socket.on("close", again);
}

createInterface({ input: process.stdin }).on("line", (line) => (name = line));
look();
