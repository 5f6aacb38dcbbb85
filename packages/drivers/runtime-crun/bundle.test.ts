import { execFileSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { bundleConfig, bundleFiles } from "./bundle.ts";
import type { Hierarchies } from "./control-groups.ts";
import { file, webInstance } from "./example.ts";
import { supervisorScript } from "./supervisor.ts";
import { generationOf } from "./want.ts";

const paths = { run: "/run/netwright", state: "/var/lib/netwright" };
const hostRoot = ["bin", "boot", "dev", "etc", "home", "lib", "opt", "root", "usr", "var"];
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
  const script = supervisorScript(shop, { ...paths, controlGroup: "/netwright/lab/host1" }, hierarchies);

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
  ]);
});

test.each(["relative", "/etc/../root/x", "/etc/", "/proc/x", "/dev/x", "/"])("no file at %s", (path) => {
  const instance = webInstance({ files: [file(path, "x")] });
  expect(() => bundleFiles(instance, paths, hostRoot)).toThrow(/absolute path|can be put/);
  expect(() => bundleConfig(instance, paths, hostRoot)).toThrow(/absolute path|can be put/);
});

test("another image is refused, another run is another generation", () => {
  expect(() => bundleConfig(webInstance({ image: "oci:x" }), paths, hostRoot)).toThrow("cannot be run yet");
  expect(generationOf(webInstance())).toBe(generationOf(webInstance()));
  expect(generationOf(webInstance({ command: ["true"] }))).not.toBe(generationOf(webInstance()));
});
