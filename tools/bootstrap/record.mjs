// @ts-check
/** What set-up did to this machine, so that exactly that can be undone. */
import { existsSync, mkdirSync, readFileSync, renameSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";

/**
 * @typedef {object} SetupRecord
 * @property {Record<string, "absent" | "config-files">} packages Debian packages it installed, and what was there before.
 * @property {string[]} masked systemd units it masked.
 * @property {Record<string, string[]>} checkouts Directories it made, by checkout.
 */

/** Root's record is the machine's; anybody else can only have changed their own checkout. */
export function recordPath() {
  if (process.getuid?.() === 0) return "/var/lib/netwright/setup.json";
  const state = process.env.XDG_STATE_HOME;
  return join(state?.startsWith("/") ? state : join(homedir(), ".local/state"), "netwright/setup.json");
}

/** @returns {SetupRecord} */
export function readRecord(path = recordPath()) {
  const empty = { packages: {}, masked: [], checkouts: {} };
  return existsSync(path) ? { ...empty, ...JSON.parse(readFileSync(path, "utf8")) } : empty;
}

/** Whole or not at all; an empty record leaves no file. @param {SetupRecord} record */
export function writeRecord(record, path = recordPath()) {
  const empty = [record.packages, record.masked, record.checkouts].every((part) => Object.keys(part).length === 0);
  if (empty) {
    rmSync(path, { force: true });
    try {
      rmdirSync(dirname(path));
    } catch {
      // Not there, or it holds something else.
    }
    return;
  }
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(`${path}.new`, `${JSON.stringify(record, null, 2)}\n`);
  renameSync(`${path}.new`, path);
}

/** Notes a directory that is about to be made in a checkout. @param {string} root @param {string} directory */
export function noteDirectory(root, directory) {
  const record = readRecord();
  const known = record.checkouts[root] ?? [];
  if (!known.includes(directory)) record.checkouts[root] = [...known, directory];
  writeRecord(record);
}
