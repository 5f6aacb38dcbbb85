/** Kernel settings that stand in the way, and those that the agent will change. Pure. */
import { note, orGood, problem, type Finding } from "./finding.ts";

/** Values of sysctl(8) by name, without those that the kernel does not have. */
export type Settings = ReadonlyMap<string, string>;

export const forwarding = "net.ipv6.conf.all.forwarding";
export const hashPolicy = "net.ipv6.fib_multipath_hash_policy";
export const conntrackMax = "net.netfilter.nf_conntrack_max";
const acceptRa = (device: string): string => `net.ipv6.conf.${device}.accept_ra`;
const disabled = (device: string): string => `net.ipv6.conf.${device}.disable_ipv6`;

export const settingNames = (devices: readonly string[]): readonly string[] => [
  forwarding,
  hashPolicy,
  conntrackMax,
  disabled("all"),
  ...devices.flatMap((device) => [acceptRa(device), disabled(device)]),
];

/** Names of devices may hold dots, which sysctl(8) writes as slashes. */
export const settingPath = (name: string): string => {
  const device = /^net\.ipv6\.conf\.(.+)\.([a-z0-9_]+)$/.exec(name);
  return device === null
    ? `/proc/sys/${name.replaceAll(".", "/")}`
    : `/proc/sys/net/ipv6/conf/${device[1]}/${device[2]}`;
};

/** What holds fewer connections than a busy service opens in a minute. */
const fewConnections = 65_536;

export interface SettingsFacts {
  readonly settings: Settings;
  /** Devices that lead to the node's neighbours. */
  readonly uplinks: readonly string[];
  /** Devices of default routes that routers advertised (RFC 4861). */
  readonly advertised: readonly string[];
  readonly isReadOnly: boolean;
}

export function settingsFindings({ settings, uplinks, advertised, isReadOnly }: SettingsFacts): readonly Finding[] {
  const off = ["all", ...uplinks].filter((device) => settings.get(disabled(device)) === "1").map(ipv6Off);
  const lost = advertised
    .filter((device) => settings.get(forwarding) !== "1" && settings.get(acceptRa(device)) === "1")
    .map(routeLost);
  const max = Number(settings.get(conntrackMax) ?? fewConnections);
  const table = `the table of connections holds only ${max}`;
  const few =
    max < fewConnections ? [note("NW1907", conntrackMax, table, { hint: `sysctl -w ${conntrackMax}=262144` })] : [];
  const willChange = [forwarding, hashPolicy].filter((name) => (settings.get(name) ?? "1") !== "1");
  const findings = [...off, ...lost, ...few, ...(isReadOnly && willChange.length > 0 ? [readOnly(willChange)] : [])];
  const changes = willChange.map((name) => `${name} from ${settings.get(name)} to 1`).join(", ");
  return orGood(
    findings,
    "settings",
    willChange.length === 0 ? "the kernel forwards and hashes ports" : `the agent will set ${changes}`,
  );
}

const ipv6Off = (device: string): Finding =>
  problem("NW1907", disabled(device), "IPv6 is turned off", {
    meaning: "Netwright speaks IPv6 only, between hosts too",
    hint: `sysctl -w ${disabled(device)}=0, and in /etc/sysctl.d`,
  });

const routeLost = (device: string): Finding =>
  problem("NW1907", acceptRa(device), `the default route over ${device} comes by router advertisements`, {
    meaning: "the agent turns forwarding on, and a kernel that forwards ignores them: the route would go",
    hint: `sysctl -w ${acceptRa(device)}=2, and in /etc/sysctl.d`,
  });

const readOnly = (names: readonly string[]): Finding =>
  problem("NW1907", "/proc/sys", "it is mounted read-only", {
    meaning: "the agent cannot set what it needs",
    hint: `set them from outside: ${names.map((name) => `${name}=1`).join(" ")}`,
  });
