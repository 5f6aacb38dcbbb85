/** What a lab needs of the machine before anything is made. */
import { accessSync, constants, statSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { NetwrightError } from "@netwright/base";
import type { LabRole } from "@netwright/api";
import { sandboxEnvironment } from "./sandbox/environment.ts";
import { runsFrr } from "./programs/frr.ts";
import type { Topology, TopologyNode } from "./topology/topology.ts";

/** Program and the Debian package that brings it. */
type Requirement = readonly [program: string, debianPackage: string];

const always: readonly Requirement[] = [
  ["unshare", "util-linux"],
  ["nsenter", "util-linux"],
  ["flock", "util-linux"],
  ["mount", "mount"],
  ["perl", "perl-base"],
  ["ip", "iproute2"],
  ["nft", "nftables"],
  ["tini", "tini"],
];

const ofRole: Readonly<Partial<Record<LabRole, readonly Requirement[]>>> = {
  Resolver: [["unbound", "unbound"]],
  NameServer: [["knotd", "knot"]],
  Host: [
    ["bird", "bird2"],
    ["haproxy", "haproxy"],
    ["crun", "crun"],
    ["conntrack", "conntrack"],
    ["unbound", "unbound"],
  ],
};

const bgpEngine = (node: TopologyNode): readonly Requirement[] => {
  if (runsFrr(node)) return [["/usr/lib/frr/bgpd", "frr"]];
  return node.role === "Edge" ? [["bird", "bird2"]] : [];
};

/** @throws NW1703 that names everything that is missing at once. */
export async function requireMachine(topology: Topology): Promise<void> {
  if (process.getuid?.() !== 0) {
    throw new NetwrightError("NW1703", "a lab makes network namespaces, which only root may do", {
      hint: "run it as root",
    });
  }
  const roles = new Set(topology.nodes.map(({ role }) => role));
  requirePrograms([
    ...always,
    ...[...roles].flatMap((role) => ofRole[role] ?? []),
    ...topology.nodes.flatMap(bgpEngine),
  ]);
  for (const { name, rootfs } of topology.nodes) {
    if (rootfs === null || statSync(rootfs, { throwIfNoEntry: false })?.isDirectory() === true) continue;
    throw new NetwrightError("NW1703", `${rootfs}, the rootfs of ${name}, is not a directory`, {
      hint: "a directory of this machine with /bin and all else that its programs need",
    });
  }
  const known = await readFile("/proc/filesystems", "utf8");
  // Where it is a module, mounting loads it; only a kernel without modules can be judged here.
  if (!/^nodev\toverlay$/m.test(known) && !isPresent("modprobe")) {
    throw new NetwrightError("NW1703", "the kernel lacks overlayfs, which gives every node an /etc of its own", {
      hint: "use a kernel with CONFIG_OVERLAY_FS",
    });
  }
}

function requirePrograms(needed: readonly Requirement[]): void {
  const missing = needed.filter(([program]) => !isPresent(program));
  if (missing.length === 0) return;
  const programs = [...new Set(missing.map(([program]) => program))];
  const packages = [...new Set(missing.map(([, debianPackage]) => debianPackage))];
  throw new NetwrightError("NW1703", `not installed: ${programs.join(", ")}`, {
    hint: `apt-get install ${packages.join(" ")}`,
  });
}

function isPresent(program: string): boolean {
  const places = program.startsWith("/")
    ? [program]
    : (sandboxEnvironment["PATH"] ?? "").split(":").map((place) => join(place, program));
  return places.some((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
