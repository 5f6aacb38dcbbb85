/** The driver against crun, control groups and the kernel. Run through tools/sandbox. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { milliseconds } from "@netwright/base";
import type { ContainerRun, HealthCheck, Plan } from "@netwright/contract";
import { nodeSystem } from "@netwright/system";
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { mountsOf, type Hierarchies } from "./control-groups.ts";
import { file, web, webInstance } from "./example.ts";
import { readHierarchies } from "./hierarchies.ts";
import { execCommand, isListening, logPath, probeHealth, readRuntime, runtimeCrun } from "./index.ts";
import { bundleOf } from "./layout.ts";
import type { RuntimeChange } from "./plan.ts";
import { generationOf, type RuntimeWant } from "./want.ts";

const directory = mkdtempSync(join(tmpdir(), "nw-crun-"));
const group = `/netwright-test-${process.pid}`;
const paths = { run: join(directory, "run"), state: join(directory, "state"), controlGroup: `${group}/host1` };
const system = nodeSystem(paths);
const log = logPath(paths, "default.shop-web-1");
let hierarchies: Hierarchies = {};

const run = (...command: string[]): string => execFileSync(command[0] ?? "", command.slice(1), { encoding: "utf8" });
const output = (): string => (existsSync(log) ? readFileSync(log, "utf8") : "");
const within = { timeout: 20_000 };

async function planFor(want: RuntimeWant): Promise<Plan<RuntimeChange>> {
  return runtimeCrun.plan(want, await runtimeCrun.observe(system, want));
}

/** One round; afterwards nothing is left to do. */
async function converge(want: RuntimeWant): Promise<readonly string[]> {
  const { install, retire } = await planFor(want);
  expect(await runtimeCrun.apply(system, install)).toEqual([]);
  expect(await runtimeCrun.apply(system, retire)).toEqual([]);
  expect(await planFor(want)).toEqual({ install: [], retire: [] });
  return [...install, ...retire].map(({ kind }) => kind);
}

const sh = (script: string, change: Partial<ContainerRun> = {}): Partial<ContainerRun> => ({
  command: ["sh", "-c", script],
  ...change,
});

async function facts(change: Partial<ContainerRun>) {
  const [first] = await readRuntime(system, [{ project: "default", workload: web(change) }]);
  if (first === undefined) throw new Error("no facts");
  return first;
}

const groupsLeft = (): readonly string[] =>
  mountsOf(hierarchies)
    .map(({ mount }) => `${mount}${group}`)
    .filter((path) => existsSync(path));

beforeAll(async () => {
  hierarchies = await readHierarchies(system.files);
  for (const number of [1, 2]) {
    run("ip", "netns", "add", `nww-default.shop-web-${number}`);
    run("ip", "-n", `nww-default.shop-web-${number}`, "link", "set", "lo", "up");
  }
});

/** Whatever a test leaves is stopped, and then nothing of it is there: no bundle, process, state or control group. */
afterEach(async () => {
  for (const round of [1, 2]) {
    await converge([]);
    if (round === 1)
      await expect
        .poll(
          async () =>
            (await system.files.list(`${paths.run}/crun`)).filter((name) =>
              existsSync(`${paths.run}/crun/${name}/stop`),
            ),
          within,
        )
        .toEqual([]);
  }
  expect(await system.files.list(`${paths.run}/crun`)).toEqual([]);
  expect(await system.files.list(`${paths.run}/crun-state`)).toEqual([]);
  expect(groupsLeft()).toEqual([]);
  await system.files.remove(log);
});

test("nothing is missing here", async () => {
  expect(await runtimeCrun.probe(system)).toEqual([]);
});

describe("inside", () => {
  test("is nobody without privileges, in namespaces of its own and the given network", async () => {
    const script =
      "id -u; hostname; echo $HOME $GREETING; grep -E '^(CapEff|CapBnd|NoNewPrivs|Seccomp):' /proc/self/status; readlink /proc/self/ns/net; ps ax | wc -l; echo done; sleep 1000";
    const run1 = sh(script, { env: [{ name: "GREETING", value: "a b" }] });
    expect(await converge([webInstance(run1)])).toEqual(["Start"]);
    await expect.poll(output, within).toContain("done");
    const lines = output().split("\n");
    expect(lines.slice(0, 3)).toEqual(["65534", "shop-web-1", "/tmp a b"]);
    expect(lines.slice(3, 7).map((line) => line.replace(/\s+/, " "))).toEqual([
      "CapEff: 0000000000000000",
      "CapBnd: 0000000000000000",
      "NoNewPrivs: 1",
      "Seccomp: 2",
    ]);
    const inode = run("stat", "-L", "-c", "%i", "/run/netns/nww-default.shop-web-1").trim();
    expect(lines[7]).toBe(`net:[${inode}]`);
    expect(Number(lines[8])).toBeLessThan(8);
  });

  test("sees the host's programs but neither its secrets nor its other files, and writes only temporary ones", async () => {
    const hidden = [
      "/etc/shadow",
      "/etc/ssh/*",
      "/root",
      "/home",
      "/var/lib",
      "/work",
      directory,
      "/run/netns",
      "/sys",
    ];
    const script = `
      for path in ${hidden.join(" ")}; do [ -s "$path" ] && echo "visible $path"; done
      for path in /etc/x /usr/x /x /srv/x /proc/sys/net/ipv6/conf/all/forwarding; do (echo 1 >$path) 2>/dev/null && echo "written $path"; done
      for path in /tmp/x /run/x /var/tmp/x /dev/shm/x /dev/null; do echo 1 >$path || echo "not written $path"; done
      unshare -U true 2>/dev/null && echo "user namespace"
      echo done; sleep 1000`;
    await converge([webInstance(sh(script))]);
    await expect.poll(output, within).toContain("done");
    expect(output()).toBe("done\n");
  });

  test("finds its files at any path, with mode and owner, beside those of the host", async () => {
    const files = [
      file("/etc/shop/settings.ini", "one\n", 0o600),
      file("/app/data/page.html", "two\n"),
      file("/opt/shop/run", "#!/bin/sh\necho three\n", 0o755),
      file("/tmp/seed", "four\n"),
      file("/run/shop/five", "five\n"),
    ];
    const script =
      "cat /etc/shop/settings.ini /app/data/page.html; /opt/shop/run; cat /tmp/seed /run/shop/five; grep -c root: /etc/passwd; (echo x >/app/data/page.html) 2>/dev/null || echo kept; stat -c %a /etc/shop/settings.ini; sleep 1000";
    await converge([webInstance(sh(script, { files }))]);
    await expect.poll(output, within).toBe("one\ntwo\nthree\nfour\nfive\n1\nkept\n600\n");
  });

  test("a program may reopen its standard output, and the host's /dev/null stays root's", async () => {
    await converge([webInstance(sh("echo one >>/dev/stdout; echo two >>/proc/self/fd/2; sleep 1000"))]);
    await expect.poll(output, within).toBe("one\ntwo\n");
    expect(statSync("/dev/null").uid).toBe(0);
  });

  test("listens below port 1024 without a capability; probes answer from inside", async () => {
    const server = { command: ["perl", "-e", httpServer] };
    const instance = webInstance(server);
    await converge([instance]);
    const workload = web(server);
    const check = { kind: "Http", port: 80, path: "/", interval: second, timeout: second, rise: 1, fall: 1 } as const;
    const { pid } = await facts(server);
    await expect.poll(() => isListening(system.files, pid ?? 0, [{ protocol: "tcp", port: 80 }]), within).toBe(true);
    expect(await isListening(system.files, pid ?? 0, [{ protocol: "tcp", port: 81 }])).toBe(false);
    expect(await isListening(system.files, pid ?? 0, [{ protocol: "udp", port: 80 }])).toBe(false);
    const probe = (change: Partial<HealthCheck>) => probeHealth(system, "default", workload, { ...check, ...change });
    expect(await probe({})).toEqual({ healthy: true, message: "answered 204" });
    expect(await probe({ path: "/bad" })).toEqual({ healthy: false, message: "answered 500" });
    expect(await probe({ path: "/slow", timeout: milliseconds(100) })).toMatchObject({ healthy: false });
    expect(await probe({ kind: "Tcp" })).toEqual({ healthy: true, message: "connected" });
    expect(await probe({ port: 81 })).toMatchObject({ healthy: false });
    expect(await probe({ kind: "Tcp", port: 81 })).toMatchObject({ healthy: false });
  });
});

describe("limits bite", () => {
  const resources = { cpuMillis: null, memoryBytes: null, pids: 64 };

  test("memory: the hog is killed, the reason is told, it starts again; a modest one runs", async () => {
    const memory = { resources: { ...resources, memoryBytes: 32 * 1024 * 1024 } };
    const hog = sh("exec perl -e '$x = \"a\" x 200_000_000; sleep 1000'", memory);
    await converge([webInstance(hog)]);
    await expect
      .poll(async () => (await facts(hog)).lastExit, within)
      .toMatchObject({ reason: "OOMKilled", status: 137 });
    await expect.poll(async () => (await facts(hog)).restarts, within).toBeGreaterThanOrEqual(1);
    const modest = sh("perl -e '$x = \"a\" x 2_000_000; $| = 1; print 5; sleep 1000'", memory);
    await converge([webInstance(modest)]);
    await expect.poll(output, within).toBe("5");
    expect((await facts(modest)).lastExit).toBeNull();
  });

  test("CPU: a loop gets about the share that its quota says, and a loop without one gets more", async () => {
    const loop = { command: ["perl", "-e", "1 while 1"] };
    const limited = { ...loop, resources: { ...resources, cpuMillis: 100 } };
    await converge([webInstance(limited), webInstance(loop, 2)]);
    const ticks = async (change: Partial<ContainerRun>, number: number) => {
      const [found] = await readRuntime(system, [{ project: "default", workload: web(change, number) }]);
      return groupTicks(found?.pid ?? 0);
    };
    // Compared with each other, not with the clock: other work on the machine slows both.
    await expect.poll(() => ticks(loop, 2), within).toBeGreaterThan(150);
    expect(await ticks(limited, 1)).toBeLessThan((await ticks(loop, 2)) / 2);
    expect(Number(throttled(webInstance(limited)))).toBeGreaterThan(0);
  });

  test("processes: a fork bomb is stopped", async () => {
    const bomb = {
      command: [
        "perl",
        "-e",
        "$n = 0; while ($n < 500) { $p = fork; last unless defined $p; if (!$p) { sleep 1000 } $n++ } $| = 1; print $n; sleep 1000",
      ],
      resources: { ...resources, pids: 20 },
    };
    await converge([webInstance(bomb)]);
    await expect.poll(output, within).toBe("19");
  });

  test("a program run inside counts too", async () => {
    const run1 = sh("sleep 1000", { resources: { ...resources, memoryBytes: 32 * 1024 * 1024 } });
    await converge([webInstance(run1)]);
    await expect.poll(async () => (await facts(run1)).phase, within).toBe("Running");
    const inside = (...command: string[]) =>
      system.runner.run(execCommand(webInstance(run1), command, { paths, hierarchies }));
    expect(
      await inside(
        "sh",
        "-c",
        "id -u; hostname; grep -cE '(CapEff|CapBnd):.0+$|NoNewPrivs:.1|Seccomp:.2' /proc/self/status; exit 7",
      ),
    ).toMatchObject({
      code: 7,
      stdout: "65534\nshop-web-1\n4\n",
    });
    expect((await inside("perl", "-e", '$x = "a" x 200_000_000')).code).not.toBe(0);
  });
});

describe("life", () => {
  test("what ends is started again, with pauses that grow; status and count are told", async () => {
    const failing = sh("echo run; exit 3");
    await converge([webInstance(failing)]);
    await expect.poll(async () => (await facts(failing)).restarts, within).toBeGreaterThanOrEqual(3);
    expect((await facts(failing)).lastExit).toMatchObject({ reason: "Exited", status: 3 });
    // Pauses of 0.2, 0.4 and 0.8 s lie before the fourth run.
    expect(output().split("\n").length).toBeLessThan(8);
    await expect.poll(async () => (await facts(failing)).phase, within).toBe("BackOff");
  });

  test("a command that does not exist is told as such", async () => {
    const missing = { command: ["/no/such/program"] };
    await converge([webInstance(missing)]);
    await expect
      .poll(async () => (await facts(missing)).lastExit, within)
      .toMatchObject({ reason: "Exited", status: 127 });
    expect(output()).toContain("/no/such/program");
  });

  test("stopping asks first, and does not wait in the round", async () => {
    const polite = sh("trap 'echo bye; exit 0' TERM; echo up; while :; do sleep 0.05; done");
    await converge([webInstance(polite)]);
    await expect.poll(output, within).toBe("up\n");
    expect(await converge([])).toEqual(["Stop"]);
    await expect.poll(output, within).toBe("up\nbye\n");
  });

  test("what does not stop is killed after its grace period", async () => {
    const stubborn = sh("trap '' TERM; echo up; while :; do sleep 0.05; done", { stopGracePeriod: milliseconds(600) });
    await converge([webInstance(stubborn)]);
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
    await converge([webInstance(old)]);
    await expect.poll(output, within).toBe("old\n");
    const next = sh("echo new; sleep 1000");
    expect(await converge([webInstance(next)])).toEqual(["Start", "Stop"]);
    expect((await facts(next)).phase).toBe("Waiting");
    await expect.poll(output, within).toBe("old\nold ends\nnew\n");
  });

  test.each(["supervisor", "crun"])("a killed %s is replaced; the container stays", async (victim) => {
    const server = sh("echo up; sleep 1000");
    const instance = webInstance(server);
    await converge([instance]);
    const { pid, startedAt } = await facts(server);
    const supervisor = parseInt(readFileSync(bundleOf(paths, generationOf(instance)).supervisor, "utf8"), 10);
    const crun = Number(/PPid:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]);
    process.kill(victim === "crun" ? crun : supervisor, "SIGKILL");
    await expect.poll(() => existsSync(`/proc/${victim === "crun" ? crun : supervisor}`), within).toBe(false);
    expect(await converge([instance])).toEqual(victim === "crun" ? [] : ["Start"]);
    expect(await facts(server)).toMatchObject({ phase: "Running", pid, startedAt, restarts: 0 });
    process.kill(pid ?? 0, "SIGKILL");
    await expect.poll(async () => (await facts(server)).restarts, within).toBe(1);
    await expect.poll(() => output().replace("Killed\n", ""), within).toBe("up\nup\n");
  });

  test("what a killed supervisor left of an unwanted container is removed", async () => {
    const instance = webInstance();
    await converge([instance]);
    const supervisor = parseInt(readFileSync(bundleOf(paths, generationOf(instance)).supervisor, "utf8"), 10);
    const { pid } = await facts({});
    process.kill(supervisor, "SIGKILL");
    await expect.poll(() => existsSync(`/proc/${supervisor}`), within).toBe(false);
    expect(await converge([])).toEqual(["Remove"]);
    expect(existsSync(`/proc/${pid}`)).toBe(false);
  });

  test("two agents that start the same thing get one container", async () => {
    const { install } = await planFor([webInstance(sh("echo up; sleep 1000"))]);
    const results = await Promise.all([runtimeCrun.apply(system, install), runtimeCrun.apply(system, install)]);
    expect(results.flat()).toEqual([]);
    await expect.poll(output, within).toBe("up\n");
  });

  test("an image that cannot be run is a problem, and nothing is left of it", async () => {
    const { install } = await planFor([webInstance({ image: "oci:./shop" })]);
    expect(await runtimeCrun.apply(system, install)).toMatchObject([
      { slot: "runtime", code: "NW1206", subject: "default.shop-web-1" },
    ]);
  });
});

const second = milliseconds(1000);

const httpServer = `
  use IO::Socket::IP;
  $SIG{CHLD} = "IGNORE";
  my $listener = IO::Socket::IP->new(LocalHost => "::", LocalPort => 80, Listen => 16, ReuseAddr => 1) or die "listen: $@";
  while (my $client = $listener->accept) {
    next if fork;
    my $line = <$client> // "";
    sleep 5 if $line =~ m{ /slow };
    print $client "HTTP/1.1 ", ($line =~ m{ /bad } ? "500 No" : "204 Ok"), "\\r\\nConnection: close\\r\\n\\r\\n";
    exit;
  }`;

/** CPU time of everything below a process, in clock ticks (proc(5), fields 14 to 17). */
function groupTicks(pid: number): number {
  const stat = existsSync(`/proc/${pid}/stat`) ? readFileSync(`/proc/${pid}/stat`, "utf8") : "";
  const fields = stat
    .slice(stat.lastIndexOf(")") + 2)
    .split(" ")
    .map(Number);
  const own = [11, 12, 13, 14].reduce((sum, index) => sum + (fields[index] ?? 0), 0);
  const children = readdirSync("/proc").filter((name) => /^\d+$/.test(name) && parentOf(name) === pid);
  return children.reduce((sum, child) => sum + groupTicks(Number(child)), own);
}

function parentOf(pid: string): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
  } catch {
    return 0;
  }
}

function throttled(instance: RuntimeWant[number]): string | undefined {
  const stat = readFileSync(
    `${hierarchies.cpu?.mount}${paths.controlGroup}/${generationOf(instance)}/cpu.stat`,
    "utf8",
  );
  return /^nr_throttled (\d+)$/m.exec(stat)?.[1];
}
