/** Files of a scenario go into its nodes. */
import { readFile, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { ScenarioFile } from "@netwright/api";
import { messageOf, NetwrightError } from "@netwright/base";
import type { NodeCommand, NodeRunResult } from "@netwright/lab";

export type RunAt = (node: string, command: NodeCommand) => Promise<NodeRunResult>;

/** @param directory of the scenario's file. @throws NW1107 when a source cannot be read, NW1751 when a node refuses it. */
export async function placeFile(file: ScenarioFile, directory: string, run: RunAt): Promise<void> {
  const nodes = typeof file.at === "string" ? [file.at] : file.at;
  const source = file.source === undefined ? undefined : join(directory, file.source);
  const isTree = source !== undefined && (await isDirectory(source));
  const input = isTree ? await packed(source) : source === undefined ? (file.content ?? "") : await read(source);
  const mode = file.mode.toString(8).padStart(4, "0");
  const script = isTree
    ? 'mkdir -p "$1" && exec tar -x -C "$1"'
    : 'mkdir -p "$2" && cat >"$1.netwright-new" && chmod "$3" "$1.netwright-new" && mv -f "$1.netwright-new" "$1"';
  await Promise.all(
    nodes.map(async (node) => {
      const argv = ["sh", "-c", script, "sh", file.path, dirname(file.path), mode];
      const { code, stderr } = await run(node, { argv, input });
      if (code !== 0) throw new NetwrightError("NW1751", `${file.path} cannot be put into ${node}: ${stderr.trim()}`);
    }),
  );
}

async function isDirectory(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (cause) {
    throw unreadable(path, cause);
  }
}

async function read(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw unreadable(path, cause);
  }
}

const octetsMax = 256 * 2 ** 20;

async function packed(path: string): Promise<Buffer> {
  const { stdout } = await promisify(execFile)("tar", ["-c", "-C", path, "."], {
    encoding: "buffer",
    maxBuffer: octetsMax,
  });
  return stdout;
}

const unreadable = (path: string, cause: unknown): NetwrightError =>
  new NetwrightError("NW1107", `${path} cannot be read: ${messageOf(cause)}`, { cause });
