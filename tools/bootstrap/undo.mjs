// @ts-check
/** Takes away exactly what the record says that set-up brought. */
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { readRecord, writeRecord } from "./record.mjs";
import { releaseServices } from "./services.mjs";
import { lastLines, run, SetupFailure } from "./shell.mjs";

const environment = { ...process.env, DEBIAN_FRONTEND: "noninteractive", LC_ALL: "C.UTF-8" };

/** Packages that are installed now, or have left configuration. */
async function present() {
  const { output } = await run(["dpkg-query", "--show", "--showformat=${Package} ${db:Status-Status}\n"]);
  return new Set(
    output
      .split("\n")
      .filter((line) => / (installed|config-files|half-\S+|unpacked)$/.test(line))
      .map((line) => line.split(" ")[0]),
  );
}

/**
 * Of the packages to remove, those whose removal takes nothing else along. What somebody installed since and needs
 * them keeps them: the simulation names such packages, and their dependencies stay.
 * @param {readonly string[]} names
 * @param {(names: readonly string[]) => Promise<readonly string[]>} alsoRemoved all packages that removing these removes
 */
export async function removable(names, alsoRemoved) {
  const kept = [];
  for (const name of names) {
    const foreign = (await alsoRemoved([name])).filter((other) => !names.includes(other));
    if (foreign.length > 0) kept.push({ name, neededBy: foreign });
  }
  const keptNames = new Set(kept.map((entry) => entry.name));
  return { remove: names.filter((name) => !keptNames.has(name)), kept };
}

/** @param {readonly string[]} names */
async function simulateRemoval(names) {
  const { output } = await run(["apt-get", "--simulate", "remove", ...names], { env: environment });
  return [...output.matchAll(/^(?:Remv|Purg) (\S+)/gm)].map((match) => match[1] ?? "");
}

/** @param {(line: string) => void} say */
async function removePackages(say) {
  const record = readRecord();
  const here = await present();
  const names = Object.keys(record.packages).filter((name) => here.has(name));
  const { remove, kept } = await removable(names, simulateRemoval);
  for (const { name, neededBy } of kept) say(`keeping ${name}: ${neededBy.join(" ")} came later and needs it`);
  for (const verb of /** @type {const} */ (["purge", "remove"])) {
    const group = remove.filter((name) => (record.packages[name] === "absent") === (verb === "purge"));
    if (group.length === 0) continue;
    say(`removing Debian packages: ${group.join(" ")}`);
    const result = await run(["apt-get", "--yes", "--quiet", "--option=DPkg::Lock::Timeout=300", verb, ...group], {
      env: environment,
    });
    if (result.code !== 0) {
      throw new SetupFailure(
        `apt-get ${verb} failed\n${lastLines(result.output)}`,
        "repair what it names, then run tools/setup --undo again",
      );
    }
  }
  record.packages = {};
  writeRecord(record);
}

/** @param {(line: string) => void} say */
export async function undo(say) {
  const record = readRecord();
  releaseServices();
  if (record.masked.length > 0) {
    say(`unmasking ${record.masked.join(" ")}`);
    await run(["systemctl", "unmask", "--quiet", ...record.masked]);
    record.masked = [];
    writeRecord(record);
  }
  if (Object.keys(record.packages).length > 0) await removePackages(say);
  for (const [root, directories] of Object.entries(record.checkouts)) {
    for (const directory of directories.filter((name) => existsSync(join(root, name)))) {
      say(`removing ${join(root, directory)}`);
      rmSync(join(root, directory), { recursive: true, force: true });
    }
  }
  writeRecord({ packages: {}, masked: [], checkouts: {} });
  say("undone: this machine has what it had before");
}
