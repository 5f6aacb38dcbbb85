/** Labs of Linux nodes alone, as the kernel has them in the end. */
import { execFileSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { kinds, type Lab } from "@netwright/api";
import { milliseconds } from "@netwright/base";
import { afterAll, expect, onTestFinished, test } from "vitest";
import {
  archive,
  buildImage,
  directory,
  programs as programsOfMachine,
  writeLayout,
} from "@netwright/drivers/image-store/testing/images.ts";
import { down, runIn, runInNode, up } from "../index.ts";
import { labPaths } from "../record/paths.ts";
import { context, programs } from "../testdata/context.ts";

function labOf(name: string, nodes: readonly object[], links: readonly object[]): Lab {
  const object = { apiVersion: "netwright.dev/v1alpha1", kind: "Lab", metadata: { name }, spec: { nodes, links } };
  return kinds.Lab.complete(kinds.Lab.schema.parse(object)) as Lab;
}
const linux = (name: string, more: object = {}): object => ({ name, role: "Linux", ...more });
const end = (node: string, ...addresses: readonly string[]): object => ({ node, addresses });

const at = async (lab: string, node: string, ...argv: readonly string[]): Promise<string> => {
  const { stdout, stderr } = await runInNode(labPaths(lab), node, { argv, timeout: milliseconds(20_000) });
  return stdout + stderr;
};

afterAll(async () => {
  for (const name of ["routed", "joined", "rooted", "refused", "roots", "imaged"]) await down(context, { name });
});

test("two families over a router, settings, names, a MAC, an interface for routers to configure", async () => {
  const nodes = [
    linux("h1", { sysctls: { "net.ipv4.tcp_syncookies": 0, "net.ipv4.conf.r.rp_filter": 2 } }),
    linux("r", { sysctls: { "net.ipv4.ip_default_ttl": 33 } }),
    linux("h2", { gateway: ["10.0.2.1", "fd02::1"] }),
    linux("free"),
  ];
  const links = [
    { ends: [end("h1", "10.0.1.2/24", "fd01::2/64"), end("r", "10.0.1.1/24", "fd01::1/64")] },
    {
      ends: [
        end("r", "10.0.2.1/24", "fd02::1/64"),
        { ...end("h2", "10.0.2.2/24", "fd02::2/64"), mac: "02:00:00:00:00:07" },
      ],
    },
    { ends: [end("free"), end("r", "fd03::1/64")], mtu: 9000 },
  ];
  await up(context, { manifest: labOf("routed", nodes, links), programs });
  // The very first packets arrive: nothing waits for duplicate addresses or for a neighbour.
  for (const to of ["h2", "10.0.2.2", "fd02::2"])
    expect(await at("routed", "h1", "ping", "-c1", "-W1", to)).toContain("1 received");
  expect(await at("routed", "h1", "ip", "-br", "addr", "show", "r")).toMatch(
    /^r@if\d+ +UP +10\.0\.1\.2\/24 fd01::2\/64 fe80::/,
  );
  expect(await at("routed", "h2", "cat", "/sys/class/net/r/address")).toBe("02:00:00:00:00:07\n");
  expect(await at("routed", "h1", "ip", "route")).toBe(
    "default via 10.0.1.1 dev r \n10.0.1.0/24 dev r proto kernel scope link src 10.0.1.2 \n",
  );
  const settings = await at(
    "routed",
    "h1",
    "sysctl",
    "-n",
    "net.ipv4.ip_forward",
    "net.ipv4.tcp_syncookies",
    "net.ipv4.conf.r.rp_filter",
  );
  expect(settings).toBe("0\n0\n2\n");
  expect(
    await at(
      "routed",
      "r",
      "sysctl",
      "-n",
      "net.ipv4.ip_forward",
      "net.ipv6.conf.all.forwarding",
      "net.ipv4.ip_default_ttl",
    ),
  ).toBe("1\n1\n33\n");
  const free = await at(
    "routed",
    "free",
    "sh",
    "-c",
    "ip -o addr show r; sysctl -n net.ipv6.conf.r.accept_ra; cat /sys/class/net/r/mtu",
  );
  expect(free).toMatch(/inet6 fe80::\S+ scope link.*\n1\n9000\n$/s);
  expect(free).not.toMatch(/inet |fd/);
  expect(await at("routed", "r", "ip", "neigh", "show", "nud", "permanent")).toBe("");
});

test("two switches that are joined are one segment", async () => {
  const nodes = [linux("a"), linux("b"), { name: "s1", role: "Switch" }, { name: "s2", role: "Switch" }];
  const links = [
    { ends: [{ node: "s1" }, end("a", "10.0.0.1/24")] },
    { ends: [end("b", "10.0.0.2/24"), { node: "s2" }] },
    { ends: [{ node: "s1" }, { node: "s2" }] },
  ];
  await up(context, { manifest: labOf("joined", nodes, links), programs });
  // Nothing is lost on the way: ports forward before the lab is said to be up.
  expect(await at("joined", "a", "ping", "-c1", "-W5", "10.0.0.2")).toContain("1 received");
  expect(await at("joined", "s2", "bridge", "-d", "link")).toMatch(/b@.*state forwarding[\s\S]*s1@.*state forwarding/);
});

/** A root with a shell and a few programs. */
function rootOf(...names: readonly string[]): string {
  const root = mkdtempSync(join(tmpdir(), "netwright-root-"));
  const files = names.map((program) => `/bin/${program}`);
  const libraries = execFileSync("ldd", files, { encoding: "utf8" }).match(/\/\S+(?=\s\()/g) ?? [];
  for (const file of new Set([...files, ...libraries])) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    copyFileSync(file, join(root, file));
  }
  mkdirSync(join(root, "etc"));
  // What an image may have there: to write through it would be to write to the machine.
  symlinkSync("/etc/passwd", join(root, "etc/resolv.conf"));
  return root;
}

test("a node with a root of its own sees that, and what it writes stays with it", async () => {
  const rootfs = rootOf("sh", "cat", "ls");
  onTestFinished(() => rmSync(rootfs, { recursive: true }));
  const passwords = readFileSync("/etc/passwd", "utf8");
  const manifest = labOf(
    "rooted",
    [linux("a", { rootfs }), linux("b")],
    [{ ends: [end("a", "10.0.0.1/24"), end("b", "10.0.0.2/24")] }],
  );
  await up(context, { manifest, programs });
  expect((await at("rooted", "a", "ls", "/")).split("\n")).toEqual(
    ["bin", "dev", "etc", "lib", "lib64", "proc", "run", "sys", "var", ""].filter(
      (name) => name !== "lib64" || existsSync(join(rootfs, name)),
    ),
  );
  expect(await at("rooted", "a", "ls", "/sys/class/net", "/run")).toBe("/run:\n\n/sys/class/net:\nb\nlo\n");
  expect(await at("rooted", "a", "cat", "/etc/hostname", "/etc/hosts")).toMatch(/^a\n.*10\.0\.0\.2 b$/ms);
  expect(await at("rooted", "a", "sh", "-c", "echo mine >/mine; cat /mine; cat /etc/resolv.conf")).toMatch(/^mine\n#/);
  expect(existsSync(join(rootfs, "mine"))).toBe(false);
  expect(readFileSync("/etc/passwd", "utf8")).toBe(passwords);
  expect(await at("rooted", "b", "ping", "-c1", "-W1", "a")).toContain("1 received");
  await down(context, { name: "rooted" });
  const missing = labOf("rooted", [linux("a", { rootfs: "/nowhere" })], []);
  await expect(up(context, { manifest: missing, programs })).rejects.toThrow(
    "/nowhere, the rootfs of a, is not a directory",
  );
});

test("what the kernel refuses names the node, the step and the reason", async () => {
  const refused = (sysctls: object, more: readonly object[] = []): Promise<unknown> => {
    const nodes = [linux("a", { sysctls }), linux("b", { routes: more })];
    return up(context, {
      manifest: labOf("refused", nodes, [{ ends: [end("a"), end("b", "10.0.0.1/24")] }]),
      programs,
    });
  };
  await expect(refused({ "net.ipv4.nothing": 1 })).rejects.toMatchObject({
    code: "NW1703",
    message: "a: /proc/sys/net/ipv4/nothing: No such file or directory",
  });
  await expect(
    refused({}, [
      { to: "10.0.0.0/24", dev: "a" },
      { to: "10.0.0.0/24", dev: "a" },
    ]),
  ).rejects.toMatchObject({
    code: "NW1703",
    message: "b: the kernel refused route add 10.0.0.0/24 dev a: File exists",
  });
});

test("what a node writes, wherever it is, nobody else sees", async () => {
  execFileSync("mount", ["-t", "tmpfs", "tmpfs", "/mnt"]);
  const manifest = labOf("roots", [linux("a"), linux("b")], [{ ends: [end("a"), end("b")] }]);
  await up(context, { manifest, programs });
  const places = ["/srv/x", "/usr/local/bin/x", "/root/x", "/var/spool/x", "/x", "/mnt/x", "/dev/shm/x"];
  const write = `for file in ${places.join(" ")}; do echo a >$file || exit; done; cat ${places.join(" ")}`;
  expect(await at("roots", "a", "sh", "-c", write)).toBe("a\n".repeat(places.length));
  for (const place of places) {
    expect(existsSync(place)).toBe(false);
    expect(await at("roots", "b", "cat", place)).toContain("No such file");
  }
  execFileSync("umount", ["/mnt"]);
  expect(await at("roots", "a", "sh", "-c", "echo >/dev/null && rm -f /dev/null || echo kept")).toMatch(/^kept\n/);
  const look = "ls /run; cat /etc/hostname; ls /sys/class/net; readlink /proc/self";
  expect(await at("roots", "a", "sh", "-c", look)).toMatch(/^a\nb\nlo\n\d+\n$/);
});

test("a node with an image has its files, environment and directory; layers of several take away and add", async () => {
  execFileSync("mount", ["-t", "tmpfs", "tmpfs", "/var/lib/netwright"]);
  const layout = mkdtempSync(join(tmpdir(), "netwright-layout-"));
  onTestFinished(() => rmSync(layout, { recursive: true }));
  const shell = ["/bin/sh", "/bin/cat", "/bin/ls"];
  const image = buildImage({
    layers: [
      archive(
        directory("srv"),
        { name: "srv/old", content: "old" },
        { name: "srv/kept", content: "kept" },
        ...programsOfMachine(...shell),
      ),
      archive({ name: "srv/.wh.old" }, { name: "srv/new", content: "new" }),
    ],
    config: {
      Env: ["GREETING=from the image", "PATH=/bin"],
      WorkingDir: "/srv/deep",
      Entrypoint: ["cat"],
      Cmd: ["it's"],
    },
  });
  writeLayout(layout, { one: image });
  const nodes = [linux("a", { image: `oci:${layout}` }), linux("b", { image: `oci:${layout}` }), linux("c")];
  const links = [{ ends: [end("a", "10.0.0.1/24"), end("c", "10.0.0.2/24")] }];
  const manifest = labOf("imaged", nodes, links);
  await up(context, { manifest, programs });
  const look = 'pwd; ls /srv; cat /srv/kept /srv/new; echo " $GREETING $PATH $IMAGE_COMMAND"';
  expect(await at("imaged", "a", "sh", "-c", look)).toBe(
    "/srv/deep\ndeep\nkept\nnew\nkeptnew from the image /bin 'cat' 'it'\\''s'\n",
  );
  expect(await at("imaged", "a", "sh", "-c", "echo mine >/srv/new; cat /srv/new /etc/hostname")).toBe("mine\na\n");
  expect(await at("imaged", "b", "cat", "/srv/new")).toBe("new");
  expect(await at("imaged", "c", "ping", "-c1", "-W5", "10.0.0.1")).toContain("1 received");
  const { stdout } = await runIn(context, { lab: "imaged", node: "a", command: ["sh", "-c", "echo $GREETING"] });
  expect(stdout).toBe("from the image\n");
  await down(context, { name: "imaged" });
  const missing = labOf("imaged", [linux("a", { image: `oci:${layout}:two` })], []);
  await expect(up(context, { manifest: missing, programs })).rejects.toMatchObject({
    code: "NW1609",
    message: expect.stringContaining(`oci:${layout}:two: it holds no image two`),
  });
  execFileSync("umount", ["-l", "/var/lib/netwright"]);
});
