import { describe, expect, test } from "vitest";
import { cgroupLayout, cgroupMounts } from "./cgroups.ts";
import { commandEnvironment } from "./environment.ts";
import { quote } from "./shell.ts";

describe("cgroup layout", () => {
  const hybrid = [
    "36 25 0:30 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw,nsdelegate",
    "37 25 0:31 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct",
    "38 25 0:32 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory",
    "39 25 0:33 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory",
    "40 25 0:34 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,xattr,release_agent=/x,name=systemd",
  ].join("\n");
  test("is v1 alone where memory is bound to v1; what lies over another counts once", () => {
    const layout = cgroupLayout(hybrid, "#name\nmemory\t4\t14\t1\n");
    expect(layout.version).toBe("v1");
    expect(layout.hierarchies.map(({ options }) => options)).toEqual(["cpu,cpuacct", "memory", "none,name=systemd"]);
    expect(cgroupMounts(layout)[1]).toEqual({
      target: "/sys/fs/cgroup/cpu,cpuacct",
      type: "cgroup",
      flags: 0,
      options: "cpu,cpuacct",
    });
  });
  test("is the one v2 hierarchy elsewhere", () => {
    const layout = cgroupLayout("30 25 0:30 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw", "memory\t0\t14\t1\n");
    expect(layout).toEqual({ version: "v2", hierarchies: [{ mountPoint: "/sys/fs/cgroup", options: "" }] });
  });
});

test("a command in a node sees the person, not the proxies", () => {
  const outside = {
    TERM: "xterm",
    LC_ALL: "C",
    https_proxy: "http://proxy",
    SSL_CERT_FILE: "/x",
    NODE_EXTRA_CA_CERTS: "/x",
    NODE_OPTIONS: "--x",
  };
  expect(commandEnvironment(outside)).toMatchObject({ TERM: "xterm", LC_ALL: "C", HOME: "/root" });
  expect(Object.keys(commandEnvironment(outside)).toSorted()).toEqual(["HOME", "LANG", "LC_ALL", "PATH", "TERM"]);
});

test("words of a command line stay words", () => {
  expect([quote("a=b/c"), quote("a b"), quote("it's"), quote("")]).toEqual(["a=b/c", "'a b'", `'it'\\''s'`, "''"]);
});
