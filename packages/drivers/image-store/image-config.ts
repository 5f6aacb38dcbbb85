/** What an image says about how to run it (OCI image specification, config.md). Pure. */
import { isDigest, type Digest } from "@netwright/base";
import { fieldsOf, parseObject, type Platform } from "./manifest.ts";
import { unusable } from "./unusable.ts";

export interface ImageConfig {
  readonly platform: Platform;
  /** Digests of the uncompressed layers, from the bottom up. */
  readonly diffIds: readonly Digest[];
  readonly entrypoint: readonly string[];
  readonly cmd: readonly string[];
  /** `NAME=VALUE`. */
  readonly env: readonly string[];
  /** Absolute. */
  readonly workingDir: string;
  /** `USER[:GROUP]`, names or numbers; empty is root. */
  readonly user: string;
  /** A signal's name with SIG, or SIGRTMIN+N. */
  readonly stopSignal: string;
}

/** @throws NW1611 */
export function parseImageConfig(text: string): ImageConfig {
  const fields = parseObject(text, "its configuration");
  const config = fieldsOf(fields["config"]);
  const { os, architecture, variant } = fields;
  if (typeof os !== "string" || typeof architecture !== "string") throw unusable("its configuration names no platform");
  const diffIds = texts(fieldsOf(fields["rootfs"])["diff_ids"], "rootfs.diff_ids");
  if (!diffIds.every(isDigest)) throw unusable("its configuration names a layer without a SHA-256 digest");
  return {
    platform: { os, architecture, ...(typeof variant === "string" ? { variant } : {}) },
    diffIds,
    entrypoint: texts(config["Entrypoint"], "Entrypoint"),
    cmd: texts(config["Cmd"], "Cmd"),
    env: texts(config["Env"], "Env").filter((entry) => entry.indexOf("=") > 0),
    workingDir: workingDir(textOf(config["WorkingDir"])),
    user: textOf(config["User"]),
    stopSignal: stopSignal(textOf(config["StopSignal"])),
  };
}

const textOf = (value: unknown): string => (typeof value === "string" ? value : "");

function texts(value: unknown, name: string): readonly string[] {
  if (value === undefined || value === null) return [];
  const valid = Array.isArray(value) && value.every((each) => typeof each === "string" && !each.includes("\0"));
  if (!valid) throw unusable(`its configuration has ${name} that is no list of texts`);
  return value as readonly string[];
}

function workingDir(path: string): string {
  const parts = path.split("/");
  if (path.includes("\0") || parts.includes("..")) throw unusable("its configuration has a WorkingDir that is no path");
  return path.startsWith("/") ? path : `/${path}`;
}

/** Linux numbers that all platforms share (signal(7)). */
const byNumber: Readonly<Record<string, string>> = {
  1: "SIGHUP",
  2: "SIGINT",
  3: "SIGQUIT",
  9: "SIGKILL",
  10: "SIGUSR1",
  12: "SIGUSR2",
  15: "SIGTERM",
  28: "SIGWINCH",
};

function stopSignal(text: string): string {
  if (text === "") return "SIGTERM";
  const name = byNumber[text] ?? (text.startsWith("SIG") ? text : `SIG${text}`);
  if (!/^SIG(?:[A-Z]{2,6}[12]?|RTMIN(?:\+(?:[1-9]|[12]\d|3[0-2]))?)$/.test(name))
    throw unusable(`its configuration has the StopSignal ${JSON.stringify(text.slice(0, 40))}, which is none`);
  return name;
}
