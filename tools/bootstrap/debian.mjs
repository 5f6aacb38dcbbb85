// @ts-check
/** Installing Debian packages: only missing ones, without recommendations, without their services. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { readRecord, writeRecord } from "./record.mjs";
import { holdServices, maskUnits, releaseServices } from "./services.mjs";
import { interrupted, lastLines, run, SetupFailure } from "./shell.mjs";

const aptEnvironment = { ...process.env, DEBIAN_FRONTEND: "noninteractive", LC_ALL: "C.UTF-8" };

/** Another apt at work is waited for; files that an administrator changed are kept. */
const aptOptions = [
  "--yes",
  "--quiet",
  "--no-install-recommends",
  "--option=DPkg::Lock::Timeout=300",
  "--option=Dpkg::Options::=--force-confdef",
  "--option=Dpkg::Options::=--force-confold",
];

/** @param {string[]} args */
const apt = (...args) => run(["apt-get", ...aptOptions, ...args], { env: aptEnvironment });

/** Packages that a simulated run would newly install; upgrades (with an old version in brackets) are not among them. @param {string} output */
export function newPackages(output) {
  return [...output.matchAll(/^Inst (\S+) (\[)?/gm)]
    .filter((match) => match[2] === undefined)
    .map((match) => match[1] ?? "");
}

/** The sentence that helps, from what apt said. @param {string} output */
export function aptHint(output) {
  if (
    /Could not resolve|Temporary failure|Could not connect|Connection (failed|timed out)|Network is unreachable/.test(
      output,
    )
  ) {
    return "the package mirror cannot be reached: check the network, then run tools/setup again";
  }
  if (/Unable to locate package|has no installation candidate/.test(output)) {
    return "Debian 12 has all of them in main: check /etc/apt/sources.list";
  }
  if (/No space left/.test(output)) return "make room on the disk, then run tools/setup again";
  if (/dpkg was interrupted|unmet dependencies/.test(output))
    return "repair it first: dpkg --configure -a; apt-get --fix-broken install";
  return "run the command by hand, repair what it names, then run tools/setup again";
}

/** @param {readonly string[]} packages */
async function simulate(packages) {
  return run(["apt-get", "--simulate", "--no-install-recommends", "install", ...packages], { env: aptEnvironment });
}

function listsAreEmpty() {
  const lists = "/var/lib/apt/lists";
  return !existsSync(lists) || !readdirSync(lists).some((name) => name.includes("_Packages"));
}

/** What installing would newly bring; the package lists are fetched when there are none or they do not know a package. @param {readonly string[]} packages */
async function plan(packages, say = (/** @type {string} */ _line) => {}) {
  let first = listsAreEmpty() ? undefined : await simulate(packages);
  if (first === undefined || first.code !== 0) {
    say("fetching the package lists");
    const update = await apt("update");
    first = await simulate(packages);
    if (first.code !== 0) {
      const output = update.output + first.output;
      throw new SetupFailure(`apt-get cannot install ${packages.join(" ")}\n${lastLines(output)}`, aptHint(output));
    }
  }
  return newPackages(first.output);
}

/** `absent` or what removing without purging left. @param {string} name @param {string} [status] */
export function stateBefore(name, status = readFileSync("/var/lib/dpkg/status", "utf8")) {
  const stanza = status.split("\n\n").find((text) => text.startsWith(`Package: ${name}\n`));
  return stanza !== undefined && /^Status: .* config-files$/m.test(stanza) ? "config-files" : "absent";
}

const dpkgStatus = "/var/lib/dpkg/status";

/** Recorded before it happens, so that a killed run can be undone too. @param {readonly string[]} packages */
function recordPackages(packages) {
  const record = readRecord();
  const status = readFileSync(dpkgStatus, "utf8");
  for (const name of packages) record.packages[name] ??= stateBefore(name, status);
  writeRecord(record);
}

/** What did not come after all must not be removed later, when it may be somebody else's. */
function forgetAbsent() {
  const record = readRecord();
  const status = readFileSync(dpkgStatus, "utf8");
  record.packages = Object.fromEntries(Object.entries(record.packages).filter(([name]) => isUnpacked(name, status)));
  writeRecord(record);
}

/** True for a package of which files are there, configured or not. @param {string} name @param {string} status */
export function isUnpacked(name, status) {
  const stanza = status.split("\n\n").find((text) => text.startsWith(`Package: ${name}\n`));
  return stanza !== undefined && !/^Status: .* (config-files|not-installed)$/m.test(stanza);
}

/** Old package lists name files that the mirror no longer has; they are fetched again once. @param {readonly string[]} packages */
async function install(packages) {
  const first = await apt("install", ...packages);
  if (first.code === 0 || interrupted() || !/404 +Not Found/.test(first.output)) return first;
  await apt("update");
  return apt("install", ...packages);
}

/** Refuses where apt cannot work. @param {readonly string[]} packages */
function requireApt(packages) {
  if (!existsSync("/usr/bin/apt-get")) {
    throw new SetupFailure(
      `these programs are missing and this is not a Debian system: ${packages.join(" ")}`,
      "install them with your own package manager, or use Debian 12",
    );
  }
  if (process.getuid?.() !== 0) {
    throw new SetupFailure(`only root can install ${packages.join(" ")}`, "run tools/setup as root");
  }
}

/**
 * @param {readonly string[]} packages
 * @param {(line: string) => void} say
 */
export async function installPackages(packages, say) {
  requireApt(packages);
  releaseServices();
  const fresh = await plan(packages, say);
  recordPackages(fresh);
  say(`installing from Debian: ${fresh.join(" ")}`);
  holdServices(fresh);
  let result;
  try {
    result = await install(packages);
  } finally {
    releaseServices();
    forgetAbsent();
  }
  const masked = await maskUnits(fresh);
  if (masked.length > 0) say(`masked ${masked.join(" ")}: they do not start by themselves`);
  if (result.code !== 0) {
    throw new SetupFailure(
      `apt-get install ${packages.join(" ")} failed\n${lastLines(result.output)}`,
      aptHint(result.output),
    );
  }
}
