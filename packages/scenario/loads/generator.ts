/** How a load is generated at its node, and what a line of the generator means. Pure. */
import { parseTarget, type Load } from "@netwright/api";
import { milliseconds, NetwrightError } from "@netwright/base";
import type { Topology } from "@netwright/lab";
import { hostFor } from "../checks/nodes.ts";
import { outcomeOf } from "../checks/probe/outcome.ts";
import { parseResults, probeWord, type ProbeOrder } from "@netwright/system/probing/probe-words.ts";
import { probeScript } from "@netwright/system/probing/probe-script.ts";
import { parseResult, type GeneratorOrder, type GeneratorResult } from "./generator-line.ts";

export interface Generator {
  readonly argv: readonly string[];
  /** What is sent, for people. */
  readonly description: string;
  readonly parse: (line: string) => GeneratorResult | undefined;
}

/** @param program the HTTP generator. @throws NW1205 for a load that sends nothing */
export function generatorOf(load: Load, topology: Topology, program: readonly string[]): Generator {
  if (load.http !== undefined) return httpGenerator(load, load.http, topology, program);
  const probe = probeOf(load, topology);
  const what = `${load.tcp === undefined ? (load.udp === undefined ? "ping" : "UDP") : "TCP"} ${load.tcp ?? load.udp ?? load.ping}`;
  return {
    argv: ["perl", "-e", probeScript, "rate", String(load.rate), String(load.for ?? 0), probeWord(probe)],
    description: `${what}, ${load.rate} a second`,
    parse: (line) => {
      const [result] = parseResults(line);
      if (result === undefined) return undefined;
      const { fate, seen } = outcomeOf(topology, load.at, result);
      return { at: result.at, took: result.took, ...(fate === "Open" ? {} : { failure: seen }) };
    },
  };
}

function httpGenerator(load: Load, url: string, topology: Topology, program: readonly string[]): Generator {
  const order: GeneratorOrder = {
    url: withAddress(url, topology, load.at),
    rate: load.rate,
    fresh: load.fresh,
    timeout: load.timeout,
    insecure: load.insecure,
    for: load.for ?? 0,
  };
  return {
    argv: [...program, JSON.stringify(order)],
    description: `${url}, ${load.rate} a second, ${Math.round(load.fresh * 100)} % on new connections`,
    parse: (line) => (line.includes("\t") ? parseResult(line) : undefined),
  };
}

/** A node's name over HTTP needs no name service; with TLS the name is what the certificate is for. */
function withAddress(text: string, topology: Topology, at: string): string {
  const url = new URL(text);
  const address = hostFor(topology, at, url.hostname, undefined);
  if (url.protocol === "http:" && address !== url.hostname) url.hostname = `[${address}]`;
  return url.href;
}

function probeOf({ at, tcp, udp, ping, timeout }: Load, topology: Topology): ProbeOrder {
  const common = { patience: milliseconds(timeout) };
  if (ping !== undefined) return { ...common, protocol: "icmp", host: hostFor(topology, at, ping, undefined) };
  const target = parseTarget(tcp ?? udp ?? "");
  if (target === undefined) throw new NetwrightError("NW1205", "a load sends http, tcp, udp, ping or a command");
  const host = hostFor(topology, at, target.host, undefined);
  return { ...common, protocol: tcp === undefined ? "udp" : "tcp", host, port: target.port, send: "ping" };
}
