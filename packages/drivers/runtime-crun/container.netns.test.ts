/** What a container sees, may and may not, against crun and the kernel. Run through tools/sandbox. */
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { milliseconds } from "@netwright/base";
import type { ContainerRun, HealthCheck } from "@netwright/contract";
import { kernelFiles } from "@netwright/system";
import { describe, expect, test } from "vitest";
import { file, web } from "./example.ts";
import { hostUser } from "./host-root.ts";
import { execCommand, isListening, probeHealth, refusalOf, refusedStatus, runtimeCrun } from "./index.ts";
import { containerNode, run, sh, within } from "./testing.ts";
import { containerMeter } from "./usage.ts";
import { generationOf, type ContainerInstance } from "./want.ts";

const project = "inside";
const node = containerNode(project);
const { directory, paths, system, hierarchies, converge, facts, instance, output, netns } = node;

test("nothing is missing here", async () => {
  expect(await runtimeCrun.probe(system)).toEqual([]);
});

describe("inside", () => {
  test("is nobody without privileges, in namespaces of its own and the given network", async () => {
    const script =
      "id -u; hostname; echo $HOME $GREETING; grep -E '^(CapEff|CapBnd|NoNewPrivs|Seccomp):' /proc/self/status; readlink /proc/self/ns/net; ps ax | wc -l; echo done; sleep 1000";
    const run1 = sh(script, { env: [{ name: "GREETING", value: "a b" }] });
    expect(await converge([instance(run1)])).toEqual(["Start"]);
    await expect.poll(output, within).toContain("done");
    const lines = output().split("\n");
    expect(lines.slice(0, 3)).toEqual(["65534", "shop-web-1", "/tmp a b"]);
    expect(lines.slice(3, 7).map((line) => line.replace(/\s+/, " "))).toEqual([
      "CapEff: 0000000000000000",
      "CapBnd: 0000000000000000",
      "NoNewPrivs: 1",
      "Seccomp: 2",
    ]);
    const inode = run("stat", "-L", "-c", "%i", `/run/netns/${netns(1)}`).trim();
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
      process.cwd(),
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
    await converge([instance(sh(script))]);
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
    await converge([instance(sh(script, { files }))]);
    await expect.poll(output, within).toBe("one\ntwo\nthree\nfour\nfive\n1\nkept\n600\n");
  });

  test("runs as and where it is told, and writes where it is told", async () => {
    const script =
      "id -u; id -g; pwd; echo x >/opt/cache/x && cat /opt/cache/x; (echo x >/opt/x) 2>/dev/null || echo kept; sleep 1000";
    await converge([instance(sh(script, { user: "1234:99", workingDir: "/usr", writable: ["/opt/cache"] }))]);
    await expect.poll(output, within).toBe("1234\n99\n/usr\nx\nkept\n");
  });

  test("a program may reopen its standard output, and the host's /dev/null stays root's", async () => {
    await converge([instance(sh("echo one >>/dev/stdout; echo two >>/proc/self/fd/2; sleep 1000"))]);
    await expect.poll(output, within).toBe("one\ntwo\n");
    expect(statSync("/dev/null").uid).toBe(0);
  });

  test("listens below port 1024 without a capability; probes answer from inside", async () => {
    const server = { command: ["perl", "-e", httpServer] };
    const wanted = instance(server);
    await converge([wanted]);
    const workload = web(server);
    const check = { kind: "Http", port: 80, path: "/", interval: second, timeout: second, rise: 1, fall: 1 } as const;
    const { pid } = await facts(server);
    await expect.poll(() => isListening(system.files, pid ?? 0, [{ protocol: "tcp", port: 80 }]), within).toBe(true);
    expect(await isListening(system.files, pid ?? 0, [{ protocol: "tcp", port: 81 }])).toBe(false);
    expect(await isListening(system.files, pid ?? 0, [{ protocol: "udp", port: 80 }])).toBe(false);
    const probe = (change: Partial<HealthCheck>) => probeHealth(system, project, workload, { ...check, ...change });
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
    await converge([instance(hog)]);
    await expect
      .poll(async () => (await facts(hog)).lastExit, within)
      .toMatchObject({ reason: "OOMKilled", status: 137 });
    await expect.poll(async () => (await facts(hog)).restarts, within).toBeGreaterThanOrEqual(1);
    const modest = sh("perl -e '$x = \"a\" x 2_000_000; $| = 1; print 5; sleep 1000'", memory);
    await converge([instance(modest)]);
    await expect.poll(output, within).toBe("5");
    expect((await facts(modest)).lastExit).toBeNull();
  });

  test("what it uses is counted: CPU time within its quota, time it was kept waiting, memory", async () => {
    const limited = { resources: { ...resources, cpuMillis: 200, memoryBytes: 64 * 1024 * 1024 } };
    const busy = sh("exec perl -e '$x = \"a\" x 8_000_000; $| = 1; print 1; 1 while 1'", limited);
    await converge([instance(busy)]);
    await expect.poll(output, within).toBe("1");
    const meter = containerMeter(instance(busy), hierarchies, paths);
    const counted = async (): Promise<void> => {
      const usage = meter.read(kernelFiles);
      expect(usage.cpu).toBeGreaterThan(0.3);
      expect(usage.throttled).toBeGreaterThan(0.3);
      expect(usage.memory).toBeGreaterThan(8_000_000);
      expect(usage.memory).toBeLessThan(64 * 1024 * 1024);
    };
    await expect.poll(() => counted().then(() => true), within).toBe(true);
    // However long this process is kept from its next line, the span holds all that is counted.
    const [from, before] = [performance.now(), meter.read(kernelFiles).cpu ?? 0];
    await expect.poll(() => performance.now() - from, within).toBeGreaterThan(1000);
    const [used, took] = [(meter.read(kernelFiles).cpu ?? 0) - before, (performance.now() - from) / 1000];
    expect(used).toBeGreaterThan(0);
    // A quota is of periods of 0.1 s: the first and the last may be used up whole.
    expect(used).toBeLessThan(0.2 * took + 0.05);
    expect(meter.pid(kernelFiles)).toBe((await facts(busy)).pid);
  });

  test("CPU: a loop with a small quota is throttled, and one without gets several times more", async () => {
    const loop = { command: ["perl", "-e", "1 while 1"] };
    const limited = { ...loop, resources: { ...resources, cpuMillis: 20 } };
    await converge([instance(limited), instance(loop, 2)]);
    const ticks = async (change: Partial<ContainerRun>, number: number) =>
      groupTicks((await facts(change, number)).pid ?? 0);
    // Compared with each other, not with the clock: other work on the machine slows both.
    const more = async () => (await ticks(loop, 2)) > 60 + 3 * (await ticks(limited, 1));
    await expect.poll(more, within).toBe(true);
    expect(Number(throttled(instance(limited)))).toBeGreaterThan(0);
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
    await converge([instance(bomb)]);
    await expect.poll(output, within).toBe("19");
  });

  test("a program run inside counts too", async () => {
    const run1 = sh("sleep 1000", { resources: { ...resources, memoryBytes: 32 * 1024 * 1024 } });
    await converge([instance(run1)]);
    await expect.poll(async () => (await facts(run1)).phase, within).toBe("Running");
    const inside = (...command: string[]) =>
      system.runner.run(execCommand(instance(run1), command, { paths, hierarchies, as: { user: hostUser, cwd: "/" } }));
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
    const refused = async (...command: string[]) => {
      const { code, stdout, stderr } = await inside(...command);
      expect({ code, stdout }).toEqual({ code: refusedStatus, stdout: "" });
      return refusalOf(stderr);
    };
    const missing = { status: 127, reason: "not found" };
    for (const program of ["nosuch", "/no/such", "./nosuch", "/etc/passwd/nosuch"])
      expect(await refused(program)).toEqual(missing);
    expect(await refused("/etc/passwd")).toEqual({ status: 126, reason: "not executable: Permission denied" });
    expect(await refused("/etc")).toMatchObject({ status: 126 });
    expect(await refused("sh", "-c", "exit 255")).toBeUndefined();
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

function throttled(limited: ContainerInstance): string | undefined {
  const stat = readFileSync(`${hierarchies.cpu?.mount}${paths.controlGroup}/${generationOf(limited)}/cpu.stat`, "utf8");
  return /^nr_throttled (\d+)$/m.exec(stat)?.[1];
}
