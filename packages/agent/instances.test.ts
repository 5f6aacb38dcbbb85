import type { HostState, NodeSystem, RunResult, WorkloadState } from "@netwright/contract";
import { bundleOf } from "@netwright/drivers/runtime-crun/layout.ts";
import { containerOf, generationOf } from "@netwright/drivers/runtime-crun/want.ts";
import { ManualClock } from "@netwright/testkit/manual-clock.ts";
import { describe, expect, test } from "vitest";
import { InstanceWatch } from "./instances.ts";

const paths = { run: "/run/netwright", state: "/var/lib/netwright" };
const pid = 4711;

const web = {
  id: "shop-web-1",
  address: "fd00::1",
  run: {
    kind: "Container",
    image: "host",
    command: ["true"],
    env: [],
    files: [],
    resources: { memoryBytes: null, pids: 10 },
  },
  ports: [{ protocol: "tcp", port: 8080 }],
  health: { kind: "Http", port: 8080, path: "/", interval: 1000, timeout: 1000, rise: 1, fall: 2 },
} as unknown as WorkloadState;

const stateOf = (workload: WorkloadState): HostState =>
  ({ networks: [{ project: "default", name: "web", workloads: [workload] }] }) as unknown as HostState;

/** A host whose files and health checks a test sets. */
function host(workload: WorkloadState = web) {
  const clock = new ManualClock();
  const files = new Map<string, string>();
  const checks: string[] = [];
  let answer: RunResult = { code: 0, stdout: "200", stderr: "" };
  let hanging: Promise<void> | undefined;
  const system = {
    paths,
    clock,
    files: {
      read: async (path: string) => files.get(path),
      exists: async (path: string) => files.has(path),
      list: async (path: string) =>
        [...files.keys()].flatMap((file) =>
          file.startsWith(`${path}/`) ? [file.slice(path.length + 1).split("/")[0] ?? ""] : [],
        ),
    },
    processes: {
      alive: async () => true,
      identify: async (wanted: number) => ({ pid: wanted, startTicks: 1 }),
      startedAt: async () => 5,
    },
    runner: {
      run: async (command: readonly string[]) => {
        checks.push(command.at(-1) ?? "");
        await hanging;
        return answer;
      },
    },
  } as unknown as NodeSystem;
  const watch = new InstanceWatch(system);
  const container = containerOf({ project: "default" }, workload);
  const generation = container === undefined ? "" : generationOf(container);
  const bundle = bundleOf(paths, generation);
  return {
    clock,
    files,
    checks,
    bundle,
    hangs: (): (() => void) => {
      const { promise, resolve } = Promise.withResolvers<void>();
      hanging = promise;
      return resolve;
    },
    answers: (stdout: string) => void (answer = { code: 0, stdout, stderr: "" }),
    starts: () => {
      files.set(bundle.supervisor, `12 (sh) ${Array.from({ length: 30 }, (_, index) => index + 3).join(" ")}`);
      files.set(bundle.pid, `${pid}`);
      files.set(`/proc/${pid}/cgroup`, `0::/netwright/${generation}`);
    },
    listens: () =>
      void files.set(`/proc/${pid}/net/tcp6`, "sl local rem st\n 0: 00000000000000000000000000000000:1F90 0:0 0A\n"),
    look: async () => (await watch.look(stateOf(workload)))[0],
  };
}

describe("a container", () => {
  test("comes up step by step: absent, not listening, healthy", async () => {
    const one = host();
    expect(await one.look()).toMatchObject({ phase: "Starting", reason: "Absent", pid: null });
    one.starts();
    expect(await one.look()).toMatchObject({
      phase: "Starting",
      reason: "NotListening",
      pid,
      message: "no socket listens on tcp/8080",
    });
    expect(one.checks).toEqual([]);
    one.listens();
    expect(await one.look()).toMatchObject({
      phase: "Ready",
      reason: "Healthy",
      message: "answered 200",
      startedAt: 5,
    });
  });

  test("is asked no more often than its interval, and not called unhealthy before `fall` bad answers in a row", async () => {
    const one = host();
    one.starts();
    one.listens();
    await one.look();
    await one.look();
    expect(one.checks).toEqual(["http://[fd00::1]:8080/"]);
    one.answers("500");
    await one.clock.advance(1000);
    await one.look();
    expect(await one.look()).toMatchObject({ phase: "Ready" });
    await one.clock.advance(50);
    await one.look();
    expect(await one.look()).toMatchObject({ phase: "Unhealthy", reason: "CheckFailed", message: "answered 500" });
    expect(one.checks).toHaveLength(3);
  });

  test("that hangs keeps nobody waiting, and is not asked twice at a time", async () => {
    const one = host();
    one.starts();
    one.listens();
    await one.look();
    const answer = one.hangs();
    await one.clock.advance(1000);
    for (let look = 0; look < 3; look++) expect(await one.look()).toMatchObject({ phase: "Ready" });
    expect(one.checks).toHaveLength(2);
    answer();
    await one.look();
  });

  test("whose process is another one is judged anew", async () => {
    const one = host();
    one.starts();
    one.listens();
    one.answers("500");
    expect(await one.look()).toMatchObject({ phase: "Unhealthy" });
    one.answers("200");
    for (const file of ["cgroup", "net/tcp6"])
      one.files.set(`/proc/4712/${file}`, one.files.get(`/proc/${pid}/${file}`) ?? "");
    expect(await one.look()).toMatchObject({ phase: "Unhealthy", pid });
    one.files.set(one.bundle.pid, "4712");
    expect(await one.look()).toMatchObject({ phase: "Ready", pid: 4712 });
  });

  test("that ended says how", async () => {
    const one = host();
    one.starts();
    one.files.delete(one.bundle.pid);
    one.files.set(one.bundle.exit, "137 1000 3 1 1600");
    expect(await one.look()).toMatchObject({
      phase: "Failed",
      reason: "OOMKilled",
      restarts: 3,
      message: "was killed because the host had no memory left; starts again after 1.60 s",
      lastExit: { reason: "OOMKilled", at: 1000 },
    });
    one.files.set(one.bundle.stop, "");
    expect(await one.look()).toMatchObject({ phase: "Stopping", reason: "Stopping" });
  });

  test("that has not all its limits here runs, and says which have no effect", async () => {
    const one = host();
    one.starts();
    one.listens();
    one.answers("200");
    one.files.set(
      one.bundle.unlimited,
      "its limit of io has no effect: this host has no control group hierarchy with it",
    );
    expect(await one.look()).toMatchObject({
      phase: "Ready",
      message: expect.stringMatching(/^answered 200; its limit of io has no effect/),
    });
  });

  test("without an HTTP check is ready when it listens", async () => {
    const one = host({ ...web, health: null });
    one.starts();
    one.listens();
    expect(await one.look()).toMatchObject({
      phase: "Ready",
      reason: "Listening",
      message: "listens on tcp/8080",
      connections: 0,
    });
    expect(one.checks).toEqual([]);
  });
});

test("a proxy that does not answer is starting", async () => {
  const run = { kind: "Proxy", listeners: [], backends: [], certificates: [] };
  const proxy = { id: "shop-proxy-1", run, ports: [], health: null } as unknown as WorkloadState;
  expect(await host(proxy).look()).toMatchObject({ phase: "Starting", reason: "NotListening", pid: null });
  const waiting = { ...proxy, run: { ...run, certificates: [{ name: "shop.example.net", digest: "d" }] } };
  expect(await host(waiting as unknown as WorkloadState).look()).toMatchObject({
    phase: "Starting",
    reason: "WaitingForSecret",
    message: "the private key of shop.example.net has not come from the server yet",
  });
});

test("reports are in the order of project and id, whatever the state's is", async () => {
  const { files, clock } = host();
  const system = {
    paths,
    clock,
    files: { read: async (path: string) => files.get(path), exists: async () => false, list: async () => [] },
  };
  const networks = ["b", "a"].map((project) => ({
    project,
    workloads: [
      { ...web, id: "x-2" },
      { ...web, id: "x-1" },
    ],
  }));
  const reports = await new InstanceWatch(system as unknown as NodeSystem).look({ networks } as unknown as HostState);
  expect(reports.map(({ project, id }) => `${project}/${id}`)).toEqual(["a/x-1", "a/x-2", "b/x-1", "b/x-2"]);
});
