import { expect, test } from "vitest";
import { aptHint, isUnpacked, newPackages, stateBefore } from "./debian.mjs";

const simulated = `NOTE: This is only a simulation!
Inst libyang2 (2.1.30-2 Debian:12.0/stable [amd64])
Inst libc6 [2.36-9] (2.36-10 Debian:12.1/stable [amd64])
Inst frr (8.4.4-1 Debian:12.0/stable [amd64])
Conf libyang2 (2.1.30-2 Debian:12.0/stable [amd64])
Conf frr (8.4.4-1 Debian:12.0/stable [amd64])
`;

test("new packages are those without an old version; an upgrade is not ours to undo", () => {
  expect(newPackages(simulated)).toEqual(["libyang2", "frr"]);
});

test.each([
  ["E: Failed to fetch http://deb.debian.org/x  Temporary failure resolving 'deb.debian.org'", /network/],
  ["W: Could not connect to deb.debian.org:80", /network/],
  ["E: Unable to locate package knot", /sources\.list/],
  ["E: Package 'frr' has no installation candidate", /sources\.list/],
  ["write error: No space left on device", /disk/],
  ["E: dpkg was interrupted, you must manually run 'dpkg --configure -a'", /dpkg --configure -a/],
  ["something else", /by hand/],
])("hint for %j", (output, hint) => {
  expect(aptHint(output)).toMatch(hint);
});

test("a package that left its configuration is not purged later", () => {
  const status = [
    "Package: bird2\nStatus: deinstall ok config-files\nVersion: 2.0.12",
    "Package: bird\nStatus: install ok installed",
  ].join("\n\n");
  expect(stateBefore("bird2", status)).toBe("config-files");
  expect(stateBefore("frr", status)).toBe("absent");
  expect(["bird2", "bird", "frr"].filter((name) => isUnpacked(name, status))).toEqual(["bird"]);
});
