/** From the name of an image to its program's first output, with nothing on the host and with everything, beside skopeo, umoci and crun by hand. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { milliseconds, parseImageReference, parseIpv6, type Digest, type StoredImageReference } from "@netwright/base";
import type { HostState, WorkloadState } from "@netwright/contract";
import { platformOf, pullImage, resolveImage } from "@netwright/drivers/image-store/index.ts";
import { archive, directory, programs } from "@netwright/drivers/image-store/testing/images.ts";
import {
  startRegistry,
  trustPlainRegistries,
  type DebianRegistry,
} from "@netwright/drivers/image-store/testing/registries.ts";
import { logPath, runtimeCrun } from "@netwright/drivers/runtime-crun/index.ts";
import { nodeSystem } from "@netwright/system";
import type { Benchmark, Side } from "../tools/measure/benchmark.ts";
import { run, until } from "./support/shell.ts";

const port = 5000;
const name = `localhost:${port}/shop:1`;
const files = 2000;
const octets = 10_000;

/** A small system and 20 MB in 2,000 files, which compress about as programs do. */
function layers(): readonly Buffer[] {
  const words = Buffer.from(
    Array.from({ length: octets / 8 }, (_, index) => (index * 2_654_435_761).toString(36).slice(0, 8)).join(""),
  );
  const content = (index: number) => ({
    name: `srv/data/${index % 50}/${index}`,
    content: Buffer.concat([Buffer.from(`${index}`), words]),
  });
  const places = [
    directory("srv"),
    directory("srv/data"),
    ...Array.from({ length: 50 }, (_, index) => directory(`srv/data/${index}`)),
  ];
  const system = archive(
    ...programs("/usr/bin/dash", "/usr/bin/sleep"),
    { name: "bin", type: "2", linkName: "usr/bin" },
    directory("tmp", 0o1777),
  );
  return [system, archive(...places, ...Array.from({ length: files }, (_, index) => content(index)))];
}

const command = ["/usr/bin/dash", "-c", "echo up; exec sleep 1000"];

/** The driver and the store of a host. */
function product(warm: boolean): Side {
  const base = mkdtempSync(join(tmpdir(), "netwright-bench-"));
  const system = nodeSystem({
    run: join(base, "run"),
    state: join(base, "state"),
    controlGroup: `/netwright-bench-${warm}`,
  });
  const workload = (digest: Digest) =>
    ({
      id: "shop-web-1",
      address: parseIpv6("fd00::1"),
      run: {
        kind: "Container",
        image: name,
        digest,
        command,
        env: [],
        files: [],
        resources: { cpuMillis: null, memoryBytes: null, pids: 64 },
        stopGracePeriod: milliseconds(0),
      },
    }) as unknown as WorkloadState;
  const converge = async (workloads: readonly WorkloadState[]): Promise<void> => {
    const want = runtimeCrun.want({ networks: [{ project: `bench${warm}`, workloads }] } as unknown as HostState);
    const { install, retire } = runtimeCrun.plan(want, await runtimeCrun.observe(system, want));
    await runtimeCrun.apply(system, install);
    await runtimeCrun.apply(system, retire);
  };
  const pull = async (): Promise<Digest> => {
    const reference = parseImageReference(name) as StoredImageReference;
    const limits = { octets: 2 ** 30, entries: 100_000 };
    const context = {
      system,
      access: { authFile: null },
      platform: platformOf(process.arch),
      limits,
      signal: new AbortController().signal,
      onProgress: () => {},
      layersUnderWay: new Map(),
    };
    const digest = await resolveImage(context, reference);
    await pullImage(context, reference, digest);
    return digest;
  };
  const log = logPath(system.paths, `bench${warm}.shop-web-1`);
  let digest: Digest | undefined;
  const start = async (): Promise<void> => {
    if (!warm || digest === undefined) digest = await pull();
    await converge([workload(digest)]);
    await until("the program speaks", async () => ((await system.files.read(log)) ?? "").includes("up"), 30_000, 2);
  };
  const stop = async (): Promise<void> => {
    await converge([]);
    await until("it is gone", async () => (await system.files.list(join(base, "run/crun"))).length === 0);
    rmSync(log, { force: true });
    if (!warm) rmSync(join(base, "state/images"), { recursive: true, force: true });
  };
  return {
    prepare: async () => {
      await run(["ip", "netns", "add", `nww-bench${warm}.shop-web-1`]);
      if (warm) digest = await pull();
    },
    reset: stop,
    run: start,
    close: async () => {
      await stop();
      rmSync(base, { recursive: true, force: true });
    },
  };
}

/** What their authors' pages say to do, one after the other. */
function byHand(warm: boolean): Side {
  const base = mkdtempSync(join(tmpdir(), "netwright-bench-"));
  const [layout, bundle, log] = [join(base, "layout"), join(base, "bundle"), join(base, "log")];
  const crun = ["crun", "--root", join(base, "crun"), "--cgroup-manager=disabled"];
  const id = `bench-${warm}`;
  const pull = async (): Promise<void> => {
    await run(["skopeo", "copy", "--quiet", `docker://${name}`, `oci:${layout}:1`]);
    await run(["umoci", "unpack", "--image", `${layout}:1`, bundle]);
    const config = JSON.parse(readFileSync(join(bundle, "config.json"), "utf8")) as {
      process: object;
      mounts: { type: string }[];
      linux: object;
    };
    const mounts = config.mounts.filter(({ type }) => !["cgroup", "sysfs"].includes(type));
    const own = { ...config, mounts, process: { ...config.process, terminal: false, args: command } };
    writeFileSync(join(bundle, "config.json"), JSON.stringify(own));
  };
  const stop = async (): Promise<void> => {
    await run(["sh", "-c", `${crun.join(" ")} delete --force ${id} 2>/dev/null || true`]);
    rmSync(log, { force: true });
    if (!warm) for (const path of [layout, bundle]) rmSync(path, { recursive: true, force: true });
  };
  return {
    ...(warm ? { prepare: pull } : {}),
    reset: stop,
    run: async () => {
      if (!warm) await pull();
      await run(["sh", "-c", `exec ${crun.join(" ")} run --detach --bundle ${bundle} ${id} >${log} 2>&1 </dev/null`]);
      await until("the program speaks", () => readFileSync(log, "utf8").includes("up"), 30_000, 2);
    },
    close: async () => {
      await stop();
      rmSync(base, { recursive: true, force: true });
    },
  };
}

/** The registry goes with the last case. */
function withRegistry(side: Side, registry: DebianRegistry): Side {
  return {
    ...side,
    close: async () => {
      await side.close?.();
      await registry.stop();
    },
  };
}

export const benchmark: Benchmark = {
  name: "image",
  bar: "a cold image runs in at most 1.5 times of what skopeo, umoci and crun by hand take; what a warm one costs is told beside bare crun, which supervises and limits nothing",
  cases: async () => {
    trustPlainRegistries(port);
    const registry = await startRegistry(port);
    registry.push("shop:1", { layers: layers(), config: { Cmd: command } });
    const bars = [{ of: "ratio", atMost: 1.5 }] as const;
    return [
      {
        name: `cold: ${(files * octets) / 1e6} MB in ${files} files`,
        bars,
        measured: product(false),
        baseline: byHand(false),
      },
      { name: "warm", bars: [], measured: product(true), baseline: withRegistry(byHand(true), registry) },
    ];
  },
};
