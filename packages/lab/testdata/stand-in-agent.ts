/**
 * Stands in for the agent of edge1 or host1 in tests of the lab alone: sends its token to the server, answers BGP as an
 * edge does, installs the routes that BGP would bring, and stays.
 */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { connect, createServer } from "node:net";

const argument = (name: string): string => process.argv.find((word) => word.startsWith(`--${name}=`))?.slice(name.length + 3) ?? "";
if (readFileSync(argument("ca-file"), "utf8") !== "the lab's CA") process.exit(1);
const [, host, port] = /^https:\/\/\[(.*)\]:(\d+)$/.exec(argument("server")) ?? [];
connect(Number(port), host).write(readFileSync(argument("token-file"), "utf8"));

/** OPEN and KEEPALIVE of AS 64510 (RFC 4271, 4.2 and 4.4) with IPv6 unicast (RFC 4760) and four-octet numbers (RFC 6793). */
const marker = "ff".repeat(16);
const capabilities = "020c" + "010400020001" + "41040000fbfe";
const open = Buffer.from(`${marker}002b01` + "04fbfe0009" + "0a000002" + `0e${capabilities}`, "hex");
const keepalive = Buffer.from(`${marker}001304`, "hex");

createServer((socket) => {
  socket.write(Buffer.concat([open, keepalive]));
  const beat = setInterval(() => socket.write(keepalive), 3000);
  socket.on("data", () => {}).on("error", () => {}).on("close", () => clearInterval(beat));
}).listen(179, "::");

const route = argument("node") === "host1" ? ["default", "dev", "edge1"] : ["fd00:0:0:1::1/128", "dev", "host1"];
execFileSync("ip", ["-6", "route", "replace", ...route]);
