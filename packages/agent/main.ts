/** The program `netwright agent run`. */
import { createServer } from "node:http";
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { createExchange } from "@netwright/api/client/exchange.ts";
import { renderDiagnostic } from "@netwright/api/load/render-diagnostic.ts";
import { parseOctets } from "@netwright/api/fields/amounts.ts";
import { nodeCalls } from "@netwright/api/client/nodes.ts";
import { nodeTransport } from "@netwright/api/client/transport-node.ts";
import {
  exitCodes,
  isNetwrightError,
  jsonLog,
  logFrom,
  messageOf,
  NetwrightError,
  parseLogLevel,
  RecentLines,
} from "@netwright/base";
import { systemClock, systemEntropy } from "@netwright/base/node-clock.ts";
import { productVersion } from "@netwright/base/version.ts";
import { drivers } from "@netwright/drivers";
import { kernelFiles, nodeSystem } from "@netwright/system";
import { runAgent } from "./agent.ts";
import type { AgentMetrics } from "./metrics.ts";

export const agentUsage = `Usage: netwright agent run --server URL --node NAME --token-file FILE [OPTIONS]

  --server URL         https://HOST:PORT of the server
  --node NAME          name of this node's Host or Router
  --token-file FILE    its token
  --ca-file FILE       certificate authority of the server
  --run DIR            sockets and rendered configurations, gone after a reboot (/run/netwright)
  --state DIR          what survives a reboot (/var/lib/netwright)
  --registry-auth FILE credentials of image registries, containers-auth.json(5) (where skopeo looks by itself)
  --image-cache SIZE   images that nobody uses go when all together are larger (20Gi)
  --metrics ADDR:PORT  serve Prometheus metrics here, for example [::1]:9464
  --log-level LEVEL    debug, info, warn or error (info); debug tells every look at the kernel and the engines
`;

const options = {
  server: { type: "string" },
  node: { type: "string" },
  "token-file": { type: "string" },
  "ca-file": { type: "string" },
  run: { type: "string", default: "/run/netwright" },
  state: { type: "string", default: "/var/lib/netwright" },
  "registry-auth": { type: "string" },
  "image-cache": { type: "string", default: "20Gi" },
  metrics: { type: "string" },
  "log-level": { type: "string", default: "info" },
} as const;

/** @returns the exit status. */
export async function agentMain(argv: readonly string[]): Promise<number> {
  const recent = new RecentLines();
  const all = jsonLog(systemClock, (line) => {
    recent.add(line);
    process.stderr.write(line);
  });
  try {
    const values = parse(argv);
    const log = logFrom(parseLogLevel(values["log-level"]), all);
    const stop = new AbortController();
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stop.abort());
    const ca = values["ca-file"] === undefined ? {} : { ca: readText(values["ca-file"]) };
    const transport = nodeTransport({ kind: "Https", url: values.server, ...ca }, { keepAlive: true });
    const calls = nodeCalls(createExchange({ transport, token: readText(values["token-file"]).trim() }));
    const metrics = values.metrics === undefined ? null : await serveMetrics(values.metrics, stop.signal);
    const system = nodeSystem({ run: values.run, state: values.state });
    const images = { authFile: values["registry-auth"] ?? null, cacheSize: sizeOf(values["image-cache"]) };
    log.info("started", { node: values.node, version: productVersion, pid: process.pid });
    await runAgent(
      {
        node: values.node,
        version: productVersion,
        calls,
        drivers,
        system,
        kernelFiles,
        log,
        entropy: systemEntropy,
        images,
        metrics,
        recentLog: () => recent.text(),
      },
      stop.signal,
    );
    log.info("stopped");
    return 0;
  } catch (error) {
    if (isNetwrightError(error) && error.category === "usage") {
      process.stderr.write(`${error.diagnostics.map((diagnostic) => renderDiagnostic(diagnostic)).join("\n")}\n`);
      return exitCodes.usage;
    }
    all.error(messageOf(error), isNetwrightError(error) ? { code: error.code } : {});
    return isNetwrightError(error) ? exitCodes[error.category] : 1;
  }
}

function parse(argv: readonly string[]) {
  try {
    const { values, positionals } = parseArgs({ args: [...argv], options, allowPositionals: true });
    const { server, node, "token-file": tokenFile } = values;
    if (positionals.join(" ") !== "run" || server === undefined || node === undefined || tokenFile === undefined)
      throw new TypeError("run, --server, --node and --token-file are required");
    return { ...values, server, node, "token-file": tokenFile };
  } catch (error) {
    throw new NetwrightError("NW1001", messageOf(error), { hint: "netwright agent --help", cause: error });
  }
}

function sizeOf(text: string): number {
  try {
    return parseOctets(text, 2 ** 20);
  } catch (error) {
    throw new NetwrightError("NW1001", `--image-cache: ${messageOf(error)}`, {
      hint: "for example 20Gi",
      cause: error,
    });
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    throw new NetwrightError("NW1101", `${path} cannot be read: ${messageOf(cause)}`, { cause });
  }
}

/** The library is loaded only where somebody reads them: agents are many, and it is large. */
async function serveMetrics(address: string, signal: AbortSignal): Promise<AgentMetrics> {
  const match = /^\[?([^\]]+)\]?:(\d+)$/.exec(address);
  if (match === null)
    throw new NetwrightError("NW1001", `${address} is not ADDRESS:PORT`, { hint: "for example [::1]:9464" });
  const metrics = (await import("./metrics.ts")).agentMetrics(productVersion);
  const { registry } = metrics;
  const server = createServer((request, response) => {
    if (request.url !== "/metrics") {
      response.writeHead(404).end();
      return;
    }
    registry.metrics().then(
      (text) => response.setHeader("content-type", registry.contentType).end(text),
      (error: unknown) => response.writeHead(500).end(messageOf(error)),
    );
  });
  server.listen(Number(match[2]), match[1]);
  signal.addEventListener("abort", () => server.close(), { once: true });
  return metrics;
}

if (import.meta.main) process.exitCode = await agentMain(process.argv.slice(2));
