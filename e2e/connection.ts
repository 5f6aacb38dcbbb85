/** A TCP connection to an echo server that is kept, and says how it fares. */
import type { LiveLab } from "./live-lab.ts";
import { netwrightProgram, environmentOf, startProcess } from "./product.ts";
import { until } from "./until.ts";

/** Sends a byte every 20 ms; prints how many were sent and how many came back. */
const client = `const [host, port] = process.argv.slice(1);
const socket = require("net").connect({ host, port: Number(port) }, () => setInterval(() => { sent += 1; socket.write("x"); }, 20));
let sent = 0, back = 0;
socket.on("data", (data) => { back += data.length; });
socket.on("error", (error) => { console.log(JSON.stringify({ sent, back, error: error.code })); process.exit(1); });
setInterval(() => console.log(JSON.stringify({ sent, back })), 20);`;

export interface Connection {
  /** Bytes sent, and bytes that came back. */
  counts(): { readonly sent: number; readonly back: number };
  /** Resolves when it has carried bytes both ways from now on. @throws when it never does. */
  flows(): Promise<void>;
  /** Resolves when another connection to the same server has carried much more and this one nothing. @throws when it goes on. */
  isCut(beside: Connection): Promise<void>;
  end(): void;
}

/** Opens it from inside an instance, as its program would. */
export async function connectFrom(lab: LiveLab, instance: string, host: string, port: number): Promise<Connection> {
  const command = [netwrightProgram, "exec", instance, "--", "node", "-e", client, host, String(port)];
  const child = startProcess(command, { env: environmentOf(lab.name) });
  let latest = { sent: 0, back: 0 };
  let rest = "";
  child.stdout.on("data", (chunk) => {
    const lines = (rest + String(chunk)).split("\n");
    rest = lines.pop() ?? "";
    const last = lines.at(-1);
    if (last !== undefined) latest = JSON.parse(last) as typeof latest;
  });
  const counts = () => latest;
  const connection: Connection = {
    counts,
    flows: async () => {
      const before = latest.back;
      await until(
        `${instance} hears from [${host}]:${port}`,
        async () => latest,
        ({ back }) => back > before + 10,
      );
    },
    isCut: async (beside) => {
      const now = () => ({ ...latest, beside: beside.counts().back });
      let last = now();
      await until(
        `${instance} hears nothing more from [${host}]:${port}`,
        async () => {
          if (latest.back > last.back) last = now();
          return now();
        },
        // It still sends and is told so, and the server still answers others: neither of them merely waits for a CPU.
        (seen) => seen.sent > last.sent + 100 && seen.beside > last.beside + 100,
      );
    },
    end: () => void child.kill("SIGTERM"),
  };
  await connection.flows();
  return connection;
}
