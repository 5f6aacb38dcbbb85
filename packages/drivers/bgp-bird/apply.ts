/** Makes changes so, one after the other, and looks whether they are. */
import { isNetwrightError, milliseconds, NetwrightError, seconds } from "@netwright/base";
import type { NodeSystem, Problem } from "@netwright/contract";
import { birdc, together } from "./birdc.ts";
import { kill, launch, record, stop, waitFor } from "./engine.ts";
import { originated } from "./observe.ts";
import { isSettled, parseProtocols } from "./parse-protocols.ts";
import { birdPaths } from "./paths.ts";
import type { BirdChange, Passwords } from "./plan.ts";
import type { BirdConfig } from "./render-config.ts";
import { routesAreBack } from "./resume.ts";
import { renderServices, sameServices, type Services } from "./services.ts";

export async function applyBird(system: NodeSystem, changes: readonly BirdChange[]): Promise<readonly Problem[]> {
  const problems: Problem[] = [];
  for (const change of changes) {
    try {
      await make(system, change);
    } catch (error) {
      if (!isNetwrightError(error)) throw error;
      problems.push({ slot: "bgp", code: error.code, message: error.message });
    }
  }
  return problems;
}

async function make(system: NodeSystem, change: BirdChange): Promise<void> {
  switch (change.kind) {
    case "Start":
      return start(system, change);
    case "Configure":
      await install(system, change.config, change.services, change.passwords);
      return reload(system, change.config.digest, change.services);
    case "Announce":
      await system.files.write(birdPaths(system.paths).services, renderServices(change.services));
      return reload(system, change.digest, change.services);
    case "Adopt":
      return record(system, change.process);
    case "Stop":
      return stop(system, change.process);
    case "Demand": {
      const hint = "the session stays down until the file holds a password";
      const message = `no password for ${change.neighbor}: ${change.path}: ${change.problem}; ${hint}`;
      throw new NetwrightError("NW1612", message);
    }
  }
}

async function start(system: NodeSystem, change: BirdChange & { readonly kind: "Start" }): Promise<void> {
  if (change.replace !== null) await kill(system, change.replace);
  await install(system, change.resume ?? change.config, change.services, change.passwords);
  await launch(system, change.gracefully);
  await passwordsLoaded(system);
  if (change.resume === null) return;
  await routesAreBack(system);
  await install(system, change.config, change.services, change.passwords);
  await reload(system, change.config.digest, change.services);
}

/** Puts the files in place after BIRD has read them elsewhere. @throws NW1601 when it refuses them. */
async function install(
  system: NodeSystem,
  config: BirdConfig,
  services: Services,
  passwords: Passwords,
): Promise<void> {
  const { files, runner } = system;
  const paths = birdPaths(system.paths);
  await files.write(`${paths.candidate}/services.conf`, renderServices(services));
  await files.write(`${paths.candidate}/bird.conf`, config.text);
  if (passwords !== null) await files.write(`${paths.candidate}/passwords.conf`, passwords, secret);
  const check = await runner.run(["bird", "-p", "-c", `${paths.candidate}/bird.conf`]);
  await files.remove(paths.candidate);
  if (check.code !== 0) throw new NetwrightError("NW1601", `BIRD refuses its configuration: ${check.stderr.trim()}`);
  await files.write(paths.services, renderServices(services));
  await files.write(paths.passwordsPending, "", secret);
  if (passwords !== null) await files.write(paths.passwords, passwords, secret);
  await files.write(paths.config, config.text);
  // The former configuration may have included it until here.
  if (passwords === null) await files.remove(paths.passwords);
}

/** Root alone reads it. */
const secret = 0o600;

const passwordsLoaded = (system: NodeSystem): Promise<void> =>
  system.files.remove(birdPaths(system.paths).passwordsPending);

/**
 * BIRD answers before a reconfiguration is done, so success is what it shows afterwards.
 * @throws NW1601 when it refuses, NW1605 when it is not done in time.
 */
async function reload(system: NodeSystem, digest: string, services: Services): Promise<void> {
  const reply = await birdc(system, "configure");
  if (reply.kind === "Absent") throw new NetwrightError("NW1604", `BIRD does not run: ${reply.message}`);
  if (reply.kind === "Refused") throw new NetwrightError("NW1601", `BIRD refuses its configuration: ${reply.message}`);
  const limit = seconds(5);
  const done = await waitFor(system, () => isLoaded(system, digest, services), limit, milliseconds(5));
  if (!done) throw new NetwrightError("NW1605", `BIRD has not loaded its configuration within ${limit} ms`);
  await passwordsLoaded(system);
}

const isLoaded = (system: NodeSystem, digest: string, services: Services): Promise<boolean> =>
  together(
    system,
    async (ask) => {
      if (!isSettled(await ask("show", "status"))) return false;
      const device = parseProtocols(await ask("show", "protocols", "all", "device1"))[0];
      return device?.description === digest && sameServices(await originated(ask), services);
    },
    () => false,
  );
