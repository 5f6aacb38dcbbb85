import { expect, test } from "vitest";
import { inMemory } from "./memory.ts";

const mounts = (...lines: readonly (readonly [mount: string, type: string])[]): string =>
  lines.map(([mount, type], index) => `${index + 20} 1 0:20 / ${mount} rw shared:1 - ${type} ${type} rw`).join("\n");

test.each([
  [[["/", "ext4"]], "/run/netwright", false],
  [
    [
      ["/", "ext4"],
      ["/run", "tmpfs"],
    ],
    "/run/netwright",
    true,
  ],
  [
    [
      ["/", "ext4"],
      ["/run", "tmpfs"],
    ],
    "/running",
    false,
  ],
  [
    [
      ["/", "ext4"],
      ["/run", "tmpfs"],
      ["/run/netwright", "xfs"],
    ],
    "/run/netwright",
    false,
  ],
  [
    [
      ["/", "ext4"],
      ["/run", "xfs"],
      ["/run", "tmpfs"],
    ],
    "/run/netwright",
    true,
  ],
  [
    [
      ["/", "tmpfs"],
      ["/var", "ext4"],
    ],
    "/run",
    true,
  ],
  [[["/", "ramfs"]], "/run", true],
  [[], "/run", false],
] as const)("%j, %s: %s", (lines, path, answer) => {
  expect(inMemory(mounts(...lines), path)).toBe(answer);
});
