/** How containers start, end, stop and survive, against crun and the kernel. Run through tools/sandbox. */
import { existsSync, readFileSync } from "node:fs";
import { milliseconds } from "@netwright/base";
import { expect, test } from "vitest";
import { file } from "./example.ts";
import { runtimeCrun } from "./index.ts";
import { bundleOf } from "./layout.ts";
import { containerNode, sh, within } from "./testing.ts";
import { generationOf } from "./want.ts";

const project = "life";
const { paths, system, planFor, converge, facts, instance, output } = containerNode(project);

test("what ends is started again, with pauses that grow; status and count are told", async () => {
  const failing = sh("echo run; exit 3");
  await converge([instance(failing)]);
  await expect.poll(async () => (await facts(failing)).restarts, within).toBeGreaterThanOrEqual(3);
  expect((await facts(failing)).lastExit).toMatchObject({ reason: "Exited", status: 3 });
  // Pauses of 0.2, 0.4 and 0.8 s lie before the fourth run.
  expect(output().split("\n").length).toBeLessThan(8);
  await expect.poll(async () => (await facts(failing)).phase, within).toBe("BackOff");
});

test("a command that does not exist is told as such", async () => {
  const missing = { command: ["/no/such/program"] };
  await converge([instance(missing)]);
  await expect
    .poll(async () => (await facts(missing)).lastExit, within)
    .toMatchObject({ reason: "Exited", status: 127 });
  expect(output()).toContain("/no/such/program");
});

test("stopping asks first, and does not wait in the round", async () => {
  const polite = sh("trap 'echo bye; exit 0' TERM; echo up; while :; do sleep 0.05; done");
  await converge([instance(polite)]);
  await expect.poll(output, within).toBe("up\n");
  expect(await converge([])).toEqual(["Stop"]);
  await expect.poll(output, within).toBe("up\nbye\n");
});

test("what does not stop is killed after its grace period", async () => {
  const stubborn = sh("trap '' TERM; echo up; while :; do sleep 0.05; done", { stopGracePeriod: milliseconds(600) });
  await converge([instance(stubborn)]);
  await expect.poll(output, within).toBe("up\n");
  const { pid } = await facts(stubborn);
  const before = Date.now();
  await converge([]);
  expect((await facts(stubborn)).phase).toBe("Stopping");
  expect(existsSync(`/proc/${pid}`)).toBe(true);
  await expect.poll(() => existsSync(`/proc/${pid}`), within).toBe(false);
  expect(Date.now() - before).toBeGreaterThanOrEqual(550);
});

test("another run takes the place of the old one, which ends first", async () => {
  const old = sh("trap 'sleep 0.3; echo old ends; exit' TERM; echo old; while :; do sleep 0.05; done");
  await converge([instance(old)]);
  await expect.poll(output, within).toBe("old\n");
  const next = sh("echo new; sleep 1000");
  expect(await converge([instance(next)])).toEqual(["Start", "Stop"]);
  expect((await facts(next)).phase).toBe("Waiting");
  await expect.poll(output, within).toBe("old\nold ends\nnew\n");
});

test.each(["supervisor", "crun"])("a killed %s is replaced; the container stays", async (victim) => {
  const server = sh("echo up; sleep 1000");
  const wanted = instance(server);
  await converge([wanted]);
  const { pid, startedAt } = await facts(server);
  const supervisor = parseInt(readFileSync(bundleOf(paths, generationOf(wanted)).supervisor, "utf8"), 10);
  const crun = Number(/PPid:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]);
  process.kill(victim === "crun" ? crun : supervisor, "SIGKILL");
  await expect.poll(() => existsSync(`/proc/${victim === "crun" ? crun : supervisor}`), within).toBe(false);
  expect(await converge([wanted])).toEqual(victim === "crun" ? [] : ["Start"]);
  expect(await facts(server)).toMatchObject({ phase: "Running", pid, startedAt, restarts: 0 });
  process.kill(pid ?? 0, "SIGKILL");
  await expect.poll(async () => (await facts(server)).restarts, within).toBe(1);
  await expect.poll(() => output().replace("Killed\n", ""), within).toBe("up\nup\n");
});

test("what a killed supervisor left of an unwanted container is removed", async () => {
  const wanted = instance();
  await converge([wanted]);
  const supervisor = parseInt(readFileSync(bundleOf(paths, generationOf(wanted)).supervisor, "utf8"), 10);
  const { pid } = await facts({});
  process.kill(supervisor, "SIGKILL");
  await expect.poll(() => existsSync(`/proc/${supervisor}`), within).toBe(false);
  expect(await converge([])).toEqual(["Remove"]);
  expect(existsSync(`/proc/${pid}`)).toBe(false);
});

test("two agents that start the same thing get one container", async () => {
  const { install } = await planFor([instance(sh("echo up; sleep 1000"))]);
  const results = await Promise.all([runtimeCrun.apply(system, install), runtimeCrun.apply(system, install)]);
  expect(results.flat()).toEqual([]);
  await expect.poll(output, within).toBe("up\n");
});

test("a file that cannot be put there is a problem, and nothing is left of it", async () => {
  const { install } = await planFor([instance({ files: [file("/proc/x", "")] })]);
  expect(await runtimeCrun.apply(system, install)).toMatchObject([
    { slot: "runtime", code: "NW1203", subject: `${project}.shop-web-1` },
  ]);
});
