/** Commands over the sockets of a lab's nodes. */
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { existsSync, readdirSync, statSync } from "node:fs";
import { kinds, type Lab } from "@netwright/api";
import { milliseconds } from "@netwright/base";
import { afterAll, beforeAll, expect, test } from "vitest";
import { down, runInNode, startInNode, up, type RunInNodeOptions } from "../index.ts";
import { labPaths, nodeSocket } from "../record/paths.ts";
import { context, programs } from "../testdata/context.ts";

const manifest = kinds.Lab.complete(
  kinds.Lab.schema.parse({
    apiVersion: "netwright.dev/v1alpha1",
    kind: "Lab",
    metadata: { name: "commands" },
    spec: {
      nodes: ["a", "b"].map((name) => ({ name, role: "Linux" })),
      links: [{ ends: [{ node: "a" }, { node: "b" }] }],
    },
  }),
) as Lab;
const paths = labPaths("commands");

const at = (node: string, argv: readonly string[], options: Omit<RunInNodeOptions, "argv"> = {}) =>
  runInNode(paths, node, { argv, ...options });
const sh = (script: string, options: Omit<RunInNodeOptions, "argv"> = {}) => at("a", ["sh", "-c", script], options);
const pidsOf = async (marker: string): Promise<string> => (await at("a", ["pgrep", "-f", `^sleep ${marker}$`])).stdout;

beforeAll(async () => void (await up(context, { manifest, programs })));
afterAll(async () => void (await down(context, { name: "commands" })));

test("exit status, signal, a program that is not there or cannot run, a directory that is not there", async () => {
  expect(await sh("exit 7")).toMatchObject({ code: 7, signal: null });
  expect(await sh("kill -9 $$")).toMatchObject({ code: 137, signal: "SIGKILL" });
  expect(await at("a", ["no-such-program"])).toMatchObject({
    code: 127,
    stderr: expect.stringContaining("No such file"),
  });
  expect(await at("a", ["/etc/passwd"])).toMatchObject({ code: 126 });
  expect(await at("a", ["true"], { cwd: "/nowhere" })).toMatchObject({ code: 126 });
});

test("a command stands in its node, with the environment and directory given and no other", async () => {
  const { stdout } = await sh("hostname; pwd; env; ls /sys/class/net", { cwd: "/tmp", env: { WANTED: "a=b\nc" } });
  expect(stdout).toMatch(/^a\n\/tmp\n.*WANTED=a=b\nc\n.*b\nlo\n$/s);
  expect(stdout).not.toMatch(/NODE|proxy|SANDBOX/);
  const groups = (await at("a", ["cat", "/proc/self/cgroup"])).stdout.trim().split("\n");
  // Seen from inside: a process beside the lab would be at /.. and further.
  expect(groups.filter((line) => line.includes("/.."))).toEqual([]);
  expect(groups.some((line) => /:cpu[^:]*:\/$|^0::\/lab$/.test(line))).toBe(true);
  expect((await at("a", ["ls", "/run"])).stdout).toBe("");
  expect((await sh("ls /proc/$$/fd")).stdout).toBe("0\n1\n2\n");
});

test("input arrives whole, as fast as it is read, and need not be read", async () => {
  const input = Buffer.alloc(3_000_000, "0123456789abcdef");
  const sum = createHash("sha256").update(input).digest("hex");
  expect((await at("a", ["sha256sum"], { input })).stdout).toContain(sum);
  expect((await at("a", ["cat"], { input: "" })).stdout).toBe("");
  expect((await at("a", ["cat"])).stdout).toBe("");
  expect(await at("a", ["head", "-c", "3"], { input })).toMatchObject({ code: 0, stdout: "012" });
  // Who ends while input is on its way has ended well, every time.
  for (let turn = 0; turn < 30; turn++) expect(await at("a", ["true"], { input })).toMatchObject({ code: 0 });
  // Three megabytes that nobody reads are no reason to miss the end of time.
  expect(await at("a", ["sleep", "60"], { input, timeout: milliseconds(100) })).toMatchObject({
    code: 143,
    timedOut: true,
  });
});

test("ten megabytes of output come whole, or cut where they are collected", async () => {
  let octets = 0;
  const count = { stdout: (chunk: Buffer) => void (octets += chunk.length), stderr: () => {} };
  const command = ["head", "-c", "10000000", "/dev/zero"];
  expect(await startInNode(paths, "a", { argv: command }, count).exit).toEqual({ code: 0, signal: null });
  expect(octets).toBe(10_000_000);
  const cut = await at("a", command);
  expect([cut.stdout.length, cut.truncated, cut.code]).toEqual([1024 * 1024, true, 0]);
  expect(await sh("echo one; echo two >&2")).toMatchObject({ stdout: "one\n", stderr: "two\n", truncated: false });
});

test("signals reach the whole group; what is left in the background stays and holds nothing up", async () => {
  let said = "";
  const running = startInNode(
    paths,
    "a",
    { argv: ["sh", "-c", "trap 'echo caught; exit 3' HUP; echo up; while :; do sleep 0.01; done"] },
    { stdout: (chunk) => void (said += String(chunk)), stderr: () => {} },
  );
  await expect.poll(() => said).toBe("up\n");
  running.signal("SIGHUP");
  expect(await running.exit).toEqual({ code: 3, signal: null });
  expect(said).toContain("caught");
  expect(await sh("sleep 4711 & echo started")).toMatchObject({ code: 0, stdout: "started\n" });
  expect(await pidsOf("4711")).not.toBe("");
  await at("a", ["pkill", "-f", "^sleep 4711$"]);
});

test("the command and its group end with a client that is killed, also when they ignore SIGTERM", async () => {
  const script = new URL("../testdata/node-command.ts", import.meta.url).pathname;
  const client = spawn(process.execPath, [script, "a", "sh", "-c", "trap '' TERM; sleep 4712 & sleep 4713"]);
  await expect.poll(async () => (await pidsOf("4712")) !== "" && (await pidsOf("4713")) !== "").toBe(true);
  client.kill("SIGKILL");
  await once(client, "exit");
  await expect.poll(() => pidsOf("4712")).toBe("");
  await expect.poll(() => pidsOf("4713")).toBe("");
});

test("an aborted signal ends it and is what is thrown", async () => {
  const abort = new AbortController();
  const run = sh("sleep 4714", { signal: abort.signal });
  await expect.poll(() => pidsOf("4714")).not.toBe("");
  abort.abort(new RangeError("enough"));
  await expect(run).rejects.toThrow("enough");
  await expect.poll(() => pidsOf("4714")).toBe("");
});

test("fifty at once, beside one whose output nobody reads", async () => {
  const slow = spawn("perl", [
    "-e",
    `use Socket; socket my $s, 1, 1, 0; connect $s, pack "S Z*", 1, $ARGV[0] or die; my $r = join "\\0", "/", 0, 0, "yes"; print $s pack "a1 N/a*", "R", $r; $s->flush; sleep 60`,
    nodeSocket(paths, "a"),
  ]);
  const results = await Promise.all(Array.from({ length: 50 }, (_, index) => sh(`echo ${index}; exit ${index}`)));
  expect(results.map(({ code, stdout }) => [code, stdout])).toEqual(
    Array.from({ length: 50 }, (_, index) => [index, `${index}\n`]),
  );
  slow.kill("SIGKILL");
  await expect.poll(async () => (await at("a", ["pgrep", "-x", "yes"])).code).toBe(1);
});

test("nothing is left running; the sockets are root's and go with the lab; a node that has gone is told", async () => {
  await expect.poll(async () => (await at("a", ["ps", "-eo", "comm="])).stdout).toBe("keeper\nkeeper\nps\n");
  expect(statSync(nodeSocket(paths, "a")).mode & 0o777).toBe(0o600);
  expect(readdirSync(paths.nodes)).toEqual(["a.sock", "b.sock"]);
  const last = at("b", ["sleep", "60"]);
  await expect.poll(async () => (await at("b", ["pgrep", "-x", "sleep"])).code).toBe(0);
  const [told] = await Promise.allSettled([last, down(context, { name: "commands" })]);
  expect(told.status === "rejected" && String(told.reason)).toContain("b ended");
  expect(existsSync(paths.nodes)).toBe(false);
  await expect(at("a", ["true"])).rejects.toMatchObject({ code: "NW1703", message: "a does not run" });
});
