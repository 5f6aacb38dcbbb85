/** The traffic that a simulation replays: a file, standard input, or a generated shape. */
import { createReadStream } from "node:fs";
import { basename } from "node:path";
import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import {
  generateTrace,
  lengthOf,
  scaledToPeak,
  stretchOf,
  traceReader,
  week,
  type ReadTrace,
} from "@netwright/autoscale";
import { isNetwrightError, messageOf, NetwrightError } from "@netwright/base";
import type { Terminal } from "../terminal.ts";
import type { SimulateOptions } from "./options.ts";

/** @param peak of a shape, unless an option says otherwise. @throws NW1101, NW1121, NW1122 for what cannot be read */
export async function trafficOf(options: SimulateOptions, peak: number, terminal: Terminal): Promise<ReadTrace> {
  const { trace: file, shape, seed, length } = options;
  if ((file === undefined) === (shape === undefined))
    throw new NetwrightError("NW1002", "exactly one of --trace and --shape says what the traffic is", {
      hint: "--trace FILE replays a trace, --shape NAME generates one",
    });
  if (shape !== undefined) {
    const trace = generateTrace({ shape, seed, peak: options.peak ?? peak, length: length ?? week });
    return { trace, notes: [] };
  }
  const read = await readTraceFile(file ?? "-", options, terminal);
  const part = length === undefined ? read.trace : stretchOf(read.trace, read.trace.start, length, "its first part");
  const named = { ...part, name: read.trace.name };
  const trace = options.peak === undefined ? named : scaledToPeak(named, options.peak);
  if (lengthOf(trace) > 0 && trace.rates.some((rate) => rate > 0)) return { ...read, trace };
  throw new NetwrightError("NW1121", `${read.trace.name} has no requests, so there is nothing to try`, {
    hint: "is its second column the rate?",
  });
}

async function readTraceFile(file: string, options: SimulateOptions, { stdin, signal }: Terminal): Promise<ReadTrace> {
  const name = file === "-" ? "standard input" : basename(file);
  const reader = traceReader({ file: name, gaps: options.gaps, bucket: options.bucket });
  const source = file === "-" ? Readable.from(stdin) : createReadStream(file);
  const input = file.endsWith(".gz") ? source.pipe(createGunzip()) : source;
  // An error of the file does not pass through the pipe by itself.
  source.on("error", (error: Error) => input.destroy(error));
  try {
    for await (const line of createInterface({ input, crlfDelay: Infinity, signal })) reader.line(line);
    return reader.end();
  } catch (cause) {
    if (isNetwrightError(cause) || signal.aborted) throw cause;
    const hint = "a CSV, an access log, or either compressed with gzip; - for standard input";
    throw new NetwrightError("NW1101", `${file} cannot be read: ${messageOf(cause)}`, { cause, hint });
  } finally {
    source.destroy();
  }
}
