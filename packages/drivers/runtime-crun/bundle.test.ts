import { execFileSync } from "node:child_process";
import type { Digest, Instant } from "@netwright/base";
import type { ContainerRun } from "@netwright/contract";
import { describe, expect, test } from "vitest";
import type { ImageRecord } from "../image-store/index.ts";
import { bundleConfig, bundleFiles } from "./bundle.ts";
import type { Hierarchies } from "./control-groups.ts";
import { file, webInstance } from "./example.ts";
import { supervisorScript } from "./supervisor.ts";
import { generationOf } from "./want.ts";

const paths = { run: "/run/netwright", state: "/var/lib/netwright" };
const names = ["bin", "boot", "dev", "etc", "home", "lib", "opt", "root", "usr", "var"];
const hostRoot = { kind: "Host", names } as const;
const disk = "254:0";
const v1: Hierarchies = {
  cpu: { version: 1, mount: "/sys/fs/cgroup/cpu" },
  memory: { version: 1, mount: "/sys/fs/cgroup/memory" },
  pids: { version: 1, mount: "/sys/fs/cgroup/pids" },
};
const unified = { version: 2, mount: "/sys/fs/cgroup" } as const;
const v2: Hierarchies = { cpu: unified, memory: unified, pids: unified };

const shop = webInstance({
  command: ["/opt/shop/run", "--quiet"],
  env: [
    { name: "GREETING", value: "it's 5 o'clock" },
    { name: "HOME", value: "/app" },
  ],
  files: [
    file("/app/page.html", "hello"),
    file("/etc/shop.ini", "x", 0o600),
    file("/opt/shop/run", "y", 0o755),
    file("/tmp/seed", "z"),
  ],
  resources: { cpuMillis: 500, memoryBytes: 128 * 1024 * 1024, pids: 100 },
});

test("the configuration is the golden; crun itself judges it in container.netns.test.ts", async () => {
  const text = JSON.stringify(bundleConfig(shop, paths, hostRoot), undefined, 2);
  await expect(`${text}\n`).toMatchFileSnapshot("testdata/config.json");
});

describe.each([
  ["control groups 1", "supervise-v1.sh", v1],
  ["control groups 2", "supervise-v2.sh", v2],
])("the supervising script with %s", (_, golden, hierarchies) => {
  const script = supervisorScript(
    shop,
    { ...paths, controlGroup: "/netwright/lab/host1" },
    { hierarchies, disk },
    null,
  );

  test("is the golden", async () => {
    await expect(script).toMatchFileSnapshot(`testdata/${golden}`);
  });

  test("the shell takes it", () => {
    expect(execFileSync("sh", ["-n"], { input: script, encoding: "utf8" })).toBe("");
  });
});

test("files lie in the root, under an overlay, or are bound into a writable directory", () => {
  const bundle = `/run/netwright/crun/${generationOf(shop)}`;
  expect(bundleFiles(shop, paths, hostRoot).map(({ path, mode }) => [path, mode])).toEqual([
    [`${bundle}/rootfs/app/page.html`, 0o644],
    [`${bundle}/files/etc/shop.ini`, 0o600],
    [`${bundle}/files/opt/shop/run`, 0o755],
    [`${bundle}/files/tmp/seed`, 0o644],
    [`${bundle}/files/etc/resolv.conf`, 0o644],
  ]);
});

test("a workload asks its network's resolver, and short names are its own service's first", () => {
  const written = bundleFiles(shop, paths, hostRoot).find(({ path }) => path.endsWith("/resolv.conf"));
  expect(Buffer.from(written?.content ?? "", "base64").toString()).toBe(
    "nameserver fd6e:7700::53\nsearch shop.internal internal\noptions timeout:1 attempts:3\n",
  );
});

test("a resolv.conf of the manifest's wins", () => {
  const own = webInstance({ files: [file("/etc/resolv.conf", "nameserver 2001:db8::53\n")] });
  expect(bundleFiles(own, paths, hostRoot).filter(({ path }) => path.endsWith("/resolv.conf"))).toHaveLength(1);
});

test.each(["relative", "/etc/../root/x", "/etc/", "/proc/x", "/dev/x", "/"])("no file at %s", (path) => {
  const instance = webInstance({ files: [file(path, "x")] });
  expect(() => bundleFiles(instance, paths, hostRoot)).toThrow(/absolute path|can be put/);
  expect(() => bundleConfig(instance, paths, hostRoot)).toThrow(/absolute path|can be put/);
});

test("another run is another generation", () => {
  expect(generationOf(webInstance())).toBe(generationOf(webInstance()));
  expect(generationOf(webInstance({ command: ["true"] }))).not.toBe(generationOf(webInstance()));
});

describe("of an image", () => {
  const digest = `sha256:${"a".repeat(64)}` as Digest;
  const image: ImageRecord = {
    digest,
    layers: [1, 2, 3].map((size) => ({ id: `sha256:${`${size}`.repeat(64)}` as Digest, size })),
    entrypoint: ["/bin/shop"],
    cmd: ["--port", "80"],
    env: ["PATH=/opt/bin", "MODE=shop", "GREETING=hello"],
    workingDir: "/srv",
    stopSignal: "SIGQUIT",
    user: { uid: 1000, gid: 50, groups: [60], home: "/srv/app" },
    blobs: [],
    usedAt: 0 as Instant,
  };
  const root = { kind: "Image", image } as const;
  const own = { image: "registry.example.net/shop:1", digest, command: [] };
  const ofImage = (change: Partial<ContainerRun> = {}) => webInstance({ ...shop.run, ...own, ...change });
  const processOf = (change: Partial<ContainerRun>) =>
    (bundleConfig(ofImage(change), paths, root) as { process: { args: string[]; env: string[] } }).process;

  test("the configuration and the script are the goldens; crun itself judges them in image.netns.test.ts", async () => {
    const text = JSON.stringify(bundleConfig(ofImage(), paths, root), undefined, 2);
    await expect(`${text}\n`).toMatchFileSnapshot("testdata/config-image.json");
    const script = supervisorScript(ofImage(), paths, { hierarchies: v1, disk }, image);
    await expect(script).toMatchFileSnapshot("testdata/supervise-image.sh");
    expect(execFileSync("sh", ["-n"], { input: script, encoding: "utf8" })).toBe("");
  });

  test("what is written over the image has a file system of its own size", () => {
    const written = ofImage({ writableRoot: true, writableBytes: 2 ** 24 });
    const script = supervisorScript(written, paths, { hierarchies: v1, disk }, image);
    expect(script).toContain('truncate -s 16777216 "$writable/ext4"');
    expect(execFileSync("sh", ["-n"], { input: script, encoding: "utf8" })).toBe("");
  });

  test.each([
    [[], [], ["/bin/shop", "--port", "80"]],
    [[], ["--port", "81"], ["/bin/shop", "--port", "81"]],
    [["/bin/sh"], [], ["/bin/sh"]],
    [["/bin/sh"], ["-c", "true"], ["/bin/sh", "-c", "true"]],
  ])("command %j and args %j run %j", (command, args, expected) => {
    expect(processOf({ command, args }).args).toEqual(["/dev/init", "--", ...expected]);
  });

  test("an image that says not what to run needs a command", () => {
    const silent = { kind: "Image", image: { ...image, entrypoint: [], cmd: [] } } as const;
    expect(() => bundleConfig(ofImage(), paths, silent)).toThrow("says not what to run");
    expect(() => bundleConfig(ofImage({ command: ["/x"] }), paths, silent)).not.toThrow();
  });

  test("the manifest's variables win over the image's, which win over defaults", () => {
    expect(processOf({ env: [{ name: "MODE", value: "test" }] }).env).toEqual([
      "PATH=/opt/bin",
      "HOME=/srv/app",
      "HOSTNAME=shop-web-1",
      "MODE=test",
      "GREETING=hello",
    ]);
  });

  test("files of the manifest and the container's names are bound over the image's", () => {
    const bundle = `/run/netwright/crun/${generationOf(ofImage())}`;
    const found = bundleFiles(ofImage(), paths, root).map(({ path }) => path.replace(bundle, ""));
    expect(found).toEqual([
      "/names/etc/resolv.conf",
      "/names/etc/hostname",
      "/names/etc/hosts",
      ...["/app/page.html", "/etc/shop.ini", "/opt/shop/run", "/tmp/seed"].map((path) => `/files${path}`),
    ]);
    const hosts = ofImage({ files: [file("/etc/hosts", "mine")] });
    const brought = bundleFiles(hosts, paths, root).map(({ path }) => path.slice(path.lastIndexOf("/")));
    expect(brought).toEqual(["/resolv.conf", "/hostname", "/hosts"]);
    expect(() => bundleFiles(ofImage({ files: [file("/proc/x", "")] }), paths, root)).toThrow("can be put");
  });
});
