import { expect, test } from "vitest";
import { deviceOf, diskOf } from "./disk.ts";

const mountinfo = `22 1 254:1 / / rw,relatime shared:1 - ext4 /dev/vda1 rw
23 22 0:21 / /run rw - tmpfs tmpfs rw
24 22 253:3 / /var/lib rw - ext4 /dev/mapper/data rw
25 24 0:40 / /var/lib/pool rw - btrfs /dev/vdb rw
`;

test.each([
  ["/srv", "254:1"],
  ["/run/netwright", "0:21"],
  ["/runaway", "254:1"],
  ["/var/lib", "253:3"],
  ["/var/lib/netwright", "253:3"],
  ["/var/lib/pool/x", "0:40"],
])("%s is on %s", (path, device) => {
  expect(deviceOf(mountinfo, path)).toBe(device);
});

test("a mount hides an earlier one at the same place", () => {
  expect(deviceOf(`${mountinfo}26 22 8:0 / /var/lib rw - ext4 /dev/sda rw\n`, "/var/lib/x")).toBe("8:0");
});

const files = (more: Readonly<Record<string, string>>) => {
  const all: Readonly<Record<string, string>> = { "/proc/self/mountinfo": mountinfo, ...more };
  return { read: async (path: string) => all[path], exists: async (path: string) => all[path] !== undefined };
};

test("limits are for whole disks, and there is none below what is in memory", async () => {
  const partition = { "/sys/dev/block/254:1/partition": "1\n", "/sys/dev/block/254:1/../dev": "254:0\n" };
  expect(await diskOf(files(partition), "/srv")).toBe("254:0");
  expect(await diskOf(files({}), "/var/lib/netwright")).toBe("253:3");
  expect(await diskOf(files({}), "/run/netwright")).toBeNull();
  expect(await diskOf(files({}), "/var/lib/pool")).toBeNull();
});
