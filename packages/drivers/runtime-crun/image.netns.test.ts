/** Containers of images, against crun and the kernel's overlay. Run through tools/sandbox. */
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseImageReference, type StoredImageReference } from "@netwright/base";
import type { ContainerRun } from "@netwright/contract";
import { beforeAll, describe, expect, test } from "vitest";
import {
  layerPath,
  platformOf,
  pullImage,
  resolveImage,
  writableDirectory,
  type ImageRecord,
} from "../image-store/index.ts";
import {
  archive,
  buildImage,
  directory,
  programs,
  writeLayout,
  type TestImage,
} from "../image-store/testing/images.ts";
import { file } from "./example.ts";
import { execCommand, readRunningAs, runtimeCrun } from "./index.ts";
import { containerNode, run, within } from "./testing.ts";

const node = containerNode("image");
const { paths, system, converge, facts, instance, output, hierarchies } = node;

const passwd = "root:x:0:0::/root:/bin/sh\napp:x:1000:50::/srv/app:/bin/sh\n";
const base = archive(
  ...programs("/usr/bin/dash", "/usr/bin/cat", "/usr/bin/id", "/usr/bin/sleep", "/usr/bin/ls", "/usr/bin/stat"),
  { name: "bin", type: "2", linkName: "usr/bin" },
  { name: "usr/bin/sh", type: "2", linkName: "dash" },
  { ...directory("tmp", 0o1777) },
  { ...directory("srv/app"), uid: 1000, gid: 50 },
  { name: "etc/passwd", content: passwd },
  { name: "etc/group", content: "root:x:0:\nstaff:x:50:\nweb:x:60:app\n" },
  { name: "etc/old", content: "old" },
  { name: "srv/app/page", content: "one", uid: 1000, gid: 50 },
);
const layers = [base, archive({ name: "etc/.wh.old" }, { name: "srv/app/new", content: "two", uid: 1000, gid: 50 })];
const config = {
  Entrypoint: ["/bin/sh", "-c"],
  Cmd: ["echo from the image; sleep 1000"],
  Env: ["MODE=image", "PATH=/bin"],
  WorkingDir: "/srv/app",
  User: "app",
};

async function pulled(image: TestImage, name: string): Promise<ImageRecord> {
  const layout = join(node.directory, name);
  writeLayout(layout, { image: buildImage(image) });
  const reference = parseImageReference(`oci:${layout}`) as StoredImageReference;
  const context = {
    system,
    access: { authFile: null },
    platform: platformOf(process.arch),
    limits: { octets: 2 ** 28, entries: 10_000 },
    signal: new AbortController().signal,
    onProgress: () => {},
    layersUnderWay: new Map(),
  };
  return pullImage(context, reference, await resolveImage(context, reference));
}

let image: ImageRecord;
beforeAll(async () => {
  image = await pulled({ layers, config }, "app");
});

const of = (script: string | null, change: Partial<ContainerRun> = {}, record = image): Partial<ContainerRun> => ({
  image: "oci:/srv/app",
  digest: record.digest,
  command: [],
  ...(script === null ? {} : { args: [script] }),
  ...change,
});

const mounts = (): string => readFileSync("/proc/self/mounts", "utf8");
const writableLeft = (): readonly string[] =>
  existsSync(writableDirectory(paths)) ? readdirSync(writableDirectory(paths)) : [];

describe("a container of an image", () => {
  test("runs what the image says, as whom, where and with what it says, and sees nothing else", async () => {
    const script = `id; pwd; echo $MODE $HOME; cat page new; ls /; ls /etc; cat /etc/hostname
      grep . /etc/hosts 2>/dev/null || cat /etc/hosts; cat /proc/self/status | while read k v; do [ "$k" = CapEff: ] && echo $v; done; echo done; sleep 1000`;
    await converge([instance(of(null))]);
    await expect.poll(output, within).toBe("from the image\n");
    await converge([]);
    await expect.poll(() => writableLeft(), within).toEqual([]);
    await converge([instance(of(script, { env: [{ name: "MODE", value: "manifest" }] }))]);
    await expect.poll(output, within).toContain("done");
    const lines = output().split("\n").slice(1);
    expect(lines.slice(0, 3)).toEqual([
      "uid=1000(app) gid=50(staff) groups=50(staff),60(web)",
      "/srv/app",
      "manifest /srv/app",
    ]);
    const rest = lines.slice(3).join("\n");
    expect(rest).toContain("onetwo");
    expect(rest).not.toMatch(/^(old|home|root|opt|boot)$/m);
    expect(rest).toContain("::1 shop-web-1");
    expect(rest).toContain("0000000000000000");
  });

  test("writes above the image: not into it, not into another's, and not for its next start", async () => {
    const script = "cat page; echo changed >page; cat page; echo x >/srv/app/x; [ -e new ] && sleep 0.05";
    await converge([instance(of(script, { writableRoot: true })), instance(of("sleep 1000"), 2)]);
    await expect.poll(() => output().match(/onechanged\n/g)?.length ?? 0, within).toBeGreaterThanOrEqual(2);
    const top = layerPath(paths, image.layers[0]?.id as never);
    expect(readFileSync(join(top, "srv/app/page"), "utf8")).toBe("one");
    expect(readdirSync(join(top, "srv/app"))).toEqual(["page"]);
    expect(writableLeft().length).toBe(2);
    expect(mounts()).not.toContain("lowerdir=0");
  });

  test("fills what is its own to write over the image, and nobody else's room", async () => {
    const script = `cat page /dev/zero >/srv/app/fill; echo "status $?"; ls -s /srv/app/fill; rm /srv/app/fill
      echo again >/srv/app/x && echo room; sleep 1000`;
    const change = { writableRoot: true, writableBytes: 2 ** 24 } as const;
    await converge([instance(of(script, change)), instance(of("sleep 1000", { writableRoot: true }), 2)]);
    await expect.poll(output, within).toContain("room");
    expect(output()).toMatch(/No space left on device\nstatus 1\n/);
    const kibi = Number(/(\d+) \/srv\/app\/fill/.exec(output())?.[1]);
    expect(kibi).toBeGreaterThan(12 * 1024);
    expect(kibi).toBeLessThan(16 * 1024);
    await converge([]);
    await expect.poll(() => writableLeft(), within).toEqual([]);
    expect(run("losetup", "--list", "--noheadings", "--output", "BACK-FILE")).not.toContain(paths.state);
  });

  test("finds its root read-only, but for memory at the usual places and at those of the manifest", async () => {
    const script = `for place in / /etc /srv/app /run /tmp /var/tmp /var/cache/shop; do
      if (echo x >$place/x) 2>/dev/null; then echo "$place yes"; else echo "$place no"; fi; done; cat /srv/app/page; sleep 1000`;
    await converge([instance(of(script, { writable: ["/var/cache/shop"] }))]);
    const lines = [
      "/ no",
      "/etc no",
      "/srv/app no",
      "/run yes",
      "/tmp yes",
      "/var/tmp yes",
      "/var/cache/shop yes",
      "one",
    ];
    await expect.poll(output, within).toBe(lines.join("\n"));
  });

  test("a writable directory has in the beginning what the image has there", async () => {
    await converge([instance(of("cat page new; echo more >page; cat page; sleep 1000", { writable: ["/srv/app"] }))]);
    await expect.poll(output, within).toBe("onetwomore\n");
  });

  test("runs as whom and where the manifest says: numbers, or names that the image knows", async () => {
    await converge([instance(of("id; pwd; sleep 1000", { user: "root:web", workingDir: "/etc" }))]);
    await expect.poll(output, within).toBe("uid=0(root) gid=60(web) groups=60(web)\n/etc\n");
    const wanted = instance(of("id; sleep 1000", { user: "nobody" }));
    const { install } = await node.planFor([wanted]);
    expect(await runtimeCrun.apply(system, install)).toMatchObject([{ code: "NW1611" }]);
  });

  test("has the manifest's files at any path, its own, and keeps what is around them", async () => {
    const files = [
      file("/etc/shop.ini", "ini\n", 0o600),
      file("/srv/app/page", "mine\n"),
      file("/deep/er/file", "deep\n"),
    ];
    const script =
      "cat /etc/shop.ini page /deep/er/file new; stat -c '%a %u' /etc/shop.ini /srv/app; (echo x >page) 2>/dev/null || echo kept; sleep 1000";
    await converge([instance(of(script, { files }))]);
    await expect.poll(output, within).toBe("ini\nmine\ndeep\ntwo600 1000\n755 1000\nkept\n");
  });

  test("is asked to stop with the image's signal", async () => {
    const polite = await pulled({ layers, config: { ...config, StopSignal: "SIGUSR1" } }, "polite");
    const script =
      "trap 'echo asked; exit 0' USR1; trap 'echo wrong; exit 1' TERM; echo ready; while :; do sleep 0.02; done";
    await converge([instance(of(script, {}, polite))]);
    await expect.poll(output, within).toContain("ready");
    await converge([]);
    await expect.poll(output, within).toBe("ready\nasked\n");
    await converge([instance(of(script.replace("USR1", "QUIT"), { stopSignal: "SIGQUIT" }, polite))]);
    await expect.poll(output, within).toBe("ready\nasked\nready\n");
    await converge([]);
    await expect.poll(output, within).toBe("ready\nasked\nready\nasked\n");
  });

  test("runs further programs as the same user, with the same limits and files", async () => {
    const wanted = instance(of("sleep 1000"));
    await converge([wanted]);
    const [program, ...args] = execCommand(
      wanted,
      ["/bin/sh", "-c", "id -u; id -g; pwd; echo $MODE $HOME; cat /srv/app/new"],
      {
        paths,
        hierarchies,
        as: await readRunningAs(system.files, paths, wanted),
      },
    );
    const told = execFileSync(program, args, { encoding: "utf8" });
    expect(told).toMatch(/^1000\n50\n\/srv\/app\nimage \/srv\/app\n/);
    expect(told).toContain("two");
  });
});

test("what is killed is taken over, and in the end no mount, file or process of it is left", async () => {
  const wanted = [instance(of("echo started; sleep 1000"))];
  await converge(wanted);
  await expect.poll(output, within).toBe("started\n");
  const { pid } = await facts(of("echo started; sleep 1000"));
  const bundle = join(paths.run, "crun", readdirSync(join(paths.run, "crun"))[0] ?? "");
  const supervisor = Number.parseInt(readFileSync(join(bundle, "supervisor"), "utf8"), 10);
  process.kill(supervisor, "SIGKILL");
  await expect.poll(() => existsSync(`/proc/${supervisor}`), within).toBe(false);
  await converge(wanted);
  expect((await facts(of("echo started; sleep 1000"))).pid).toBe(pid);
  expect(output()).toBe("started\n");
  run("kill", "-KILL", `${pid}`);
  await expect.poll(output, within).toBe("started\nstarted\n");
  await converge([]);
  await expect.poll(() => writableLeft(), within).toEqual([]);
  expect(mounts()).not.toContain("overlay/lower");
});

test("a hundred layers fit", async () => {
  const many = Array.from({ length: 99 }, (_, index) => archive({ name: `srv/${index}`, content: `${index}` }));
  const deep = await pulled({ layers: [base, ...many], config }, "deep");
  await converge([instance(of("cat /srv/0 /srv/98; echo; sleep 1000", {}, deep))]);
  await expect.poll(output, within).toBe("098\n");
});

test("an image without a program is told as the reason, and others run", async () => {
  const empty = await pulled({ layers: [archive(directory("tmp"))], config: { Cmd: ["/bin/none"] } }, "empty");
  await converge([instance(of(null, {}, empty)), instance(of("echo well; sleep 1000"), 2)]);
  await expect.poll(async () => (await facts(of(null, {}, empty))).lastExit?.status, within).toBe(127);
  expect((await facts(of("echo well; sleep 1000"), 2)).phase).toBe("Running");
});
