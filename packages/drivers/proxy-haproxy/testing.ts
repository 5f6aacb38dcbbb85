/** A proxy in a namespace of its own, with members beside it, for tests. */
import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { milliseconds } from "@netwright/base";
import type { HealthCheck, Plan, ProxyRun } from "@netwright/contract";
import { nodeSystem } from "@netwright/system";
import { expect } from "vitest";
import { member, shop } from "./example.ts";
import { proxyHaproxy, readProxyHealth } from "./index.ts";
import { layoutOf } from "./layout.ts";
import { livingProcesses } from "./observe.ts";
import type { ProxyChange } from "./plan.ts";
import type { ProxyWant } from "./want.ts";

// Private keys are written to memory only.
export const directory = mkdtempSync("/run/nw-proxy-");
export const system = nodeSystem({ run: join(directory, "run"), state: join(directory, "state") });
export const instance = { project: "default", id: "shop-proxy-1" };
export const netns = "nww-default.shop-proxy-1";
export const layout = layoutOf(system.paths, "default.shop-proxy-1");
export const servers: ChildProcess[] = [];
const health: HealthCheck = {
  kind: "Http",
  port: 8080,
  path: "/",
  interval: milliseconds(500),
  timeout: milliseconds(500),
  rise: 1,
  fall: 1,
};

export const run = (...command: string[]): string =>
  execFileSync(command[0] ?? "", command.slice(1), { encoding: "utf8" });
export const inside = (...command: string[]): string => run("nsenter", `--net=/run/netns/${netns}`, "--", ...command);
export const curl = (...args: string[]): string =>
  inside("curl", "-sS", "--noproxy", "*", "--cacert", join(directory, "a.crt"), "--connect-to", "::[::1]:", ...args);

/** A server that answers with its name and the headers it got, after `?wait=MS`. */
const serverScript = `
  const [host, name] = process.argv.slice(1);
  require("node:http").createServer((request, response) => {
    const wait = Number(new URL(request.url, "http://x").searchParams.get("wait"));
    setTimeout(() => response.end(name + " " + JSON.stringify(request.headers)), wait);
  }).listen(8080, host);`;

export function serve(number: number): ChildProcess {
  const { address, instance: name } = member(number);
  const child = spawn(
    "nsenter",
    [`--net=/run/netns/${netns}`, "--", process.execPath, "-e", serverScript, address, name],
    { stdio: "inherit" },
  );
  servers.push(child);
  return child;
}

export function certificate(name: string): string {
  const [key, crt] = [join(directory, `${name}.key`), join(directory, `${name}.crt`)];
  run(
    "sh",
    "-c",
    `openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=${name} -addext subjectAltName=DNS:shop.example.net -days 2 -keyout ${key} -out ${crt} 2>/dev/null`,
  );
  return readFileSync(crt, "utf8") + readFileSync(key, "utf8");
}

/** What is served: a new one takes its place. */
export const served = { pem: "" };
export const shopWith = (numbers: readonly number[], change: Partial<ProxyRun> = {}, pem = served.pem): ProxyWant => [
  {
    ...shop({ backends: [{ name: "web", members: numbers.map((number) => member(number)), health }], ...change }),
    pems: new Map(pem === "" ? [] : [["shop.example.net", pem]]),
  },
];

export async function planFor(want: ProxyWant): Promise<Plan<ProxyChange>> {
  return proxyHaproxy.plan(want, await proxyHaproxy.observe(system, want));
}

/** One round; afterwards nothing is left to do. */
export async function converge(want: ProxyWant): Promise<readonly string[]> {
  const { install, retire } = await planFor(want);
  expect(await proxyHaproxy.apply(system, install)).toEqual([]);
  expect(await proxyHaproxy.apply(system, retire)).toEqual([]);
  expect(await planFor(want)).toEqual({ install: [], retire: [] });
  return [...install, ...retire].map(({ kind }) => kind);
}

export async function statuses(): Promise<Record<string, string>> {
  const { backends } = await readProxyHealth(system, instance);
  return Object.fromEntries(backends.flatMap(({ members }) => members.map((one) => [one.instance, one.status])));
}

export const pids = async () => (await livingProcesses(system, layout)).living.map(({ pid }) => pid);

/** Prints the status code of each request. */
export function curlInside(...args: string[]): Promise<string> {
  const options = ["-sS", "--noproxy", "*", "-k", "--connect-to", "::[::1]:", "-o", "/dev/null", "-w", "%{http_code}"];
  return output("curl", [...options, ...args]);
}

/** What a program inside prints. */
export function output(program: string, args: readonly string[]): Promise<string> {
  const child = spawn("nsenter", [`--net=/run/netns/${netns}`, "--", program, ...args], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let text = "";
  child.stdout.on("data", (chunk: Buffer) => (text += chunk.toString()));
  return new Promise((resolve) => child.on("close", () => resolve(text)));
}

/** Requests on connections of their own, `gap` ms apart whether answered or not. */
export async function freshLoad(count: number, gap: number): Promise<{ sent: number; failed: number }> {
  const answers: Promise<string>[] = [];
  for (let sent = 0; sent < count; sent++) {
    answers.push(curlInside("https://shop.example.net/"));
    await system.clock.sleep(milliseconds(gap));
  }
  const codes = await Promise.all(answers);
  return { sent: codes.length, failed: codes.filter((code) => code !== "200").length };
}
