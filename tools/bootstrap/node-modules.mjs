// @ts-check
/** Node 24 where the machine's is older, and the npm packages of the lock file. */
import { existsSync, lstatSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { noteDirectory } from "./record.mjs";
import { interrupted, lastLines, run, SetupFailure } from "./shell.mjs";

const wanted = 24;

/** @param {string} root */
const ownNode = (root) => join(root, ".tools/node_modules/.bin/node");

/** True when a new enough Node is there: this process's own, or the checkout's. @param {string} root */
export function nodeIsThere(root, version = process.versions.node) {
  return existsSync(ownNode(root)) || Number.parseInt(version, 10) >= wanted;
}

/**
 * True when every package of the lock file is installed in its version. npm's own list of what it installed, in
 * node_modules, is believed; optional packages of other machines may be absent.
 * @param {string} root
 */
export function modulesAreCurrent(root) {
  const installedList = join(root, "node_modules/.package-lock.json");
  if (!existsSync(installedList)) return false;
  const locked = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")).packages;
  const installed = JSON.parse(readFileSync(installedList, "utf8")).packages;
  return Object.entries(locked).every(([path, entry]) => {
    if (!path.includes("node_modules/")) return true;
    if (entry.link === true) return lstatSync(join(root, path), { throwIfNoEntry: false })?.isSymbolicLink() === true;
    return installed[path] === undefined ? entry.optional === true : installed[path].version === entry.version;
  });
}

/**
 * npm with the checkout's Node first in PATH. What an outer `npm run` put into the environment about its own
 * directory must not reach it.
 * @param {string} root @param {readonly string[]} args @param {string} cwd
 */
async function npm(root, args, cwd) {
  const path = `${join(root, ".tools/node_modules/.bin")}:${process.env.PATH}`;
  const outer = Object.entries(process.env).filter(
    ([name]) => !/^npm_(lifecycle|package|config_(local_)?prefix)/.test(name),
  );
  const result = await run(["npm", ...args, "--no-audit", "--no-fund"], {
    cwd,
    env: { ...Object.fromEntries(outer), PATH: path },
  });
  if (result.code === 0 || interrupted()) return;
  const offline = /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ENETUNREACH/.test(result.output);
  throw new SetupFailure(
    `npm ${args.join(" ")} failed in ${cwd}\n${lastLines(result.output)}`,
    offline
      ? "the npm registry cannot be reached: check the network and `npm config get registry`"
      : "repair what it names",
  );
}

/** @param {string} root @param {(line: string) => void} say */
export async function installNode(root, say) {
  const directory = join(root, ".tools");
  noteDirectory(root, ".tools");
  mkdirSync(directory, { recursive: true });
  // The package's install script fetches the binary for this machine; newer npm asks that it be allowed.
  writeFileSync(join(directory, "package.json"), '{ "private": true, "allowScripts": { "node": true } }\n');
  say(`installing Node ${wanted} into .tools (this machine's is ${process.versions.node})`);
  await npm(root, ["install", `node@${wanted}`, "--prefix", directory], directory);
  if (interrupted()) return;
  const check = existsSync(ownNode(root)) ? await run([ownNode(root), "--version"]) : undefined;
  if (check?.code !== 0 || !check.output.startsWith(`v${wanted}.`)) {
    throw new SetupFailure(
      `the npm package node@${wanted} brought no Node that runs here\n${lastLines(check?.output ?? "")}`,
      `install Node ${wanted} yourself and put it in PATH`,
    );
  }
}

/** @param {string} root @param {(line: string) => void} say */
export async function installModules(root, say) {
  if (!existsSync(join(root, "node_modules"))) noteDirectory(root, "node_modules");
  say("installing the npm packages of package-lock.json");
  await npm(root, ["ci"], root);
}
