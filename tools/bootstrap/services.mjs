// @ts-check
/**
 * Debian starts a daemon when its package is installed. Netwright starts its own, so those of packages that this run
 * installs are neither started now (policy-rc.d) nor at the next boot (mask). No other service is touched.
 */
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { readRecord, writeRecord } from "./record.mjs";
import { run } from "./shell.mjs";

const policy = "/usr/sbin/policy-rc.d";
const policyBefore = "/usr/sbin/policy-rc.d.before-netwright";
const mark = "# Written by tools/setup of Netwright while it installs packages; gone when that ends.";
const dpkgInfo = "/var/lib/dpkg/info";

/**
 * Refuses the services of these packages and asks the policy that was there before about all others.
 * @param {readonly string[]} packages
 */
export function policyScript(packages, before = policyBefore, info = dpkgInfo) {
  return `#!/bin/sh
${mark}
unit=
for word; do case $word in -*) ;; *) unit=$word; break ;; esac; done
for package in ${packages.join(" ")}; do
  for list in ${info}/$package.list ${info}/$package:*.list; do
    if [ -e "$list" ] && grep -qE "/(systemd/system|init\\.d)/$unit(\\.service)?$" "$list"; then exit 101; fi
  done
done
if [ -x ${before} ]; then exec ${before} "$@"; fi
exit 0
`;
}

/** Puts the temporary policy in place. @param {readonly string[]} packages */
export function holdServices(packages) {
  releaseServices();
  if (existsSync(policy)) renameSync(policy, policyBefore);
  writeFileSync(policy, policyScript(packages), { mode: 0o755 });
}

/** Puts back what was there, also after a run that was killed. */
export function releaseServices() {
  if (existsSync(policy) && readFileSync(policy, "utf8").includes(mark)) rmSync(policy);
  if (existsSync(policyBefore)) renameSync(policyBefore, policy);
}

/** Units that these packages brought; templates are not started by themselves. @param {readonly string[]} packages */
export function unitsOf(packages, info = dpkgInfo) {
  /** @type {Set<string>} */
  const units = new Set();
  for (const file of existsSync(info) ? readdirSync(info) : []) {
    const [, name] = /^(.+?)(?::[^.]+)?\.list$/.exec(file) ?? [];
    if (name === undefined || !packages.includes(name)) continue;
    for (const line of readFileSync(`${info}/${file}`, "utf8").split("\n")) {
      const [, unit] = /\/systemd\/system\/([^/@]+\.(?:service|socket|timer|path))$/.exec(line) ?? [];
      if (unit !== undefined) units.add(unit);
    }
  }
  return [...units].sort();
}

/**
 * Masks those units of these packages that would start by themselves, and records it.
 * @param {readonly string[]} packages
 * @returns {Promise<string[]>} what was masked
 */
export async function maskUnits(packages) {
  const units = unitsOf(packages);
  if (units.length === 0 || !existsSync("/usr/bin/systemctl")) return [];
  const enabled = [];
  for (const unit of units) {
    const { output } = await run(["systemctl", "is-enabled", unit]);
    if (output.trim() === "enabled") enabled.push(unit);
  }
  if (enabled.length === 0) return [];
  const record = readRecord();
  record.masked = [...new Set([...record.masked, ...enabled])].sort();
  writeRecord(record);
  await run(["systemctl", "mask", "--quiet", ...enabled]);
  return enabled;
}
