// @ts-check
/** `tools/setup`: see README.md beside this file. Runs on Node 18 without any package. */
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { installPackages } from "./debian.mjs";
import { describeMissing, findMissing, isComplete } from "./missing.mjs";
import { installModules, installNode } from "./node-modules.mjs";
import { buildNative } from "./native.mjs";
import { stages } from "./packages.mjs";
import { holdInterrupts, interrupted, SetupFailure } from "./shell.mjs";
import { undo } from "./undo.mjs";

const usage = `Usage: tools/setup [--for demo|test|bench] [--check] [--quiet]
       tools/setup --undo

Installs what Netwright needs and this machine lacks, after listing it.

  --for STAGE  only what this stage needs (default: bench, which is everything)
  --check      list what is missing and change nothing; exit status 1 when something is
  --quiet      say nothing when nothing is missing
  --undo       take away exactly what earlier runs brought`;

const root = join(dirname(fileURLToPath(import.meta.url)), "../..");
const say = (/** @type {string} */ line) => void process.stderr.write(`${line}\n`);

/** @param {readonly string[]} args */
function parse(args) {
  /** @type {{ stage: import("./packages.mjs").Stage, check: boolean, quiet: boolean, undo: boolean, help: boolean }} */
  const options = { stage: "bench", check: false, quiet: false, undo: false, help: false };
  for (let index = 0; index < args.length; index += 1) {
    const word = args[index];
    const stage = stages.find((name) => name === args[index + 1]);
    if (word === "--for" && stage !== undefined) {
      options.stage = stage;
      index += 1;
    } else if (word === "--check") options.check = true;
    else if (word === "--quiet") options.quiet = true;
    else if (word === "--undo") options.undo = true;
    else if (word === "--help" || word === "-h") options.help = true;
    else return undefined;
  }
  return options;
}

/** @param {ReturnType<typeof findMissing>} missing @param {import("./packages.mjs").Stage} stage */
async function install(missing, stage) {
  const packages = [...new Set(missing.programs.map((entry) => entry.package))];
  if (packages.length > 0) await installPackages(packages, say);
  if (missing.node && !interrupted()) await installNode(root, say);
  if (missing.modules && !interrupted()) await installModules(root, say);
  if (missing.native && !interrupted()) await buildNative(root, say);
  if (interrupted()) return;
  const still = findMissing(root, stage);
  if (!isComplete(still)) {
    throw new SetupFailure(
      `still missing after the installation:\n${describeMissing(still).join("\n")}`,
      "a package is damaged: apt-get install --reinstall it, or remove node_modules, then run tools/setup again",
    );
  }
  say("set up; tools/setup --undo takes it all away again");
}

/** @returns {Promise<number>} exit status */
async function main() {
  const options = parse(process.argv.slice(2));
  if (options === undefined || options.help) {
    (options === undefined ? process.stderr : process.stdout).write(`${usage}\n`);
    return options === undefined ? 2 : 0;
  }
  if (Number.parseInt(process.versions.node, 10) < 18) {
    throw new SetupFailure(`Node ${process.versions.node} is too old to start with`, "install Node 18 or newer");
  }
  holdInterrupts(say);
  if (options.undo) {
    await undo(say);
    return 0;
  }
  const missing = findMissing(root, options.stage);
  if (isComplete(missing)) {
    if (!options.quiet) say("nothing is missing");
    return 0;
  }
  say("missing on this machine");
  for (const line of describeMissing(missing)) say(line);
  if (options.check) return 1;
  await install(missing, options.stage);
  return interrupted() ? 130 : 0;
}

try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof SetupFailure)) throw error;
  say(`error NW1602 engine: ${error.message}\n  hint: ${error.hint}`);
  process.exitCode = interrupted() ? 130 : 1;
}
