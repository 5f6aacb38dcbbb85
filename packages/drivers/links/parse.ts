/** What `ip -6 -j -d -batch -` and `bridge -j fdb show` tell about one namespace. Pure. */
import { formatIpv6, ipv6Value, type Ipv6, type Ipv6Prefix, type Mac } from "@netwright/base";
import { routeProtocol, tunnelDevice } from "@netwright/contract";
import { addressItem, fdbItem, neighbourItem, routeItem } from "./items.ts";
import { isOurDevice, type Item, type Netns } from "./link.ts";

export interface LinkHave {
  readonly netns: Netns;
  readonly name: string;
  readonly index: number;
  /** Index of the other end, in its own namespace. */
  readonly peerIndex: number | undefined;
  /** Of rtnetlink, for example `veth`. */
  readonly kind: string;
  readonly up: boolean;
  readonly mac: Mac;
  readonly mtu: number;
  /** True when the kernel makes no link-local address of its own. */
  readonly quiet: boolean;
  readonly vxlan:
    | { readonly vni: number; readonly local: string; readonly port: number; readonly learning: boolean }
    | undefined;
}

/** Answered by one process, one line of JSON for each. */
export const questions = `link show\naddress show\nneigh show nud permanent\nroute show proto ${routeProtocol}\n`;

type Json = Readonly<Record<string, unknown>>;

export interface NamespaceHave {
  /** Its loopback device is up: the last thing that is done to a new namespace before links come. */
  readonly isReady: boolean;
  readonly links: readonly LinkHave[];
  readonly items: readonly Item[];
}

export function parseNamespace(netns: Netns, ip: string, fdb: string): NamespaceHave {
  const [links = [], addresses = [], neighbours = [], routes = []] = ip
    .split("\n")
    .filter((line) => line.startsWith("["))
    .map((line) => JSON.parse(line) as readonly Json[]);
  const ours = (entry: Json): boolean => isOurDevice(netns, String(entry["dev"] ?? entry["ifname"]));
  return {
    isReady: links.some((link) => link["ifname"] === "lo" && (link["flags"] as readonly string[]).includes("UP")),
    links: links.filter(ours).map((link) => parseLink(netns, link)),
    items: [
      ...addresses.filter(ours).flatMap((entry) => parseAddresses(netns, entry)),
      ...neighbours.filter(ours).map((entry) => parseNeighbour(netns, entry)),
      ...routes.map((entry) => parseRoute(netns, entry)),
      ...parseFdb(netns, fdb),
    ],
  };
}

function parseLink(netns: Netns, link: Json): LinkHave {
  const info = (link["linkinfo"] ?? {}) as { readonly info_kind?: string; readonly info_data?: Json };
  return {
    netns,
    name: String(link["ifname"]),
    index: Number(link["ifindex"]),
    peerIndex: link["link_index"] as number | undefined,
    kind: info.info_kind ?? "",
    up: (link["flags"] as readonly string[]).includes("UP"),
    mac: link["address"] as Mac,
    mtu: Number(link["mtu"]),
    quiet: link["inet6_addr_gen_mode"] === "none",
    vxlan: info.info_kind === "vxlan" ? parseVxlan(info.info_data ?? {}) : undefined,
  };
}

const parseVxlan = (data: Json): NonNullable<LinkHave["vxlan"]> => ({
  vni: Number(data["id"]),
  local: address((data["local6"] as string | undefined) ?? ""),
  port: Number(data["port"]),
  learning: data["learning"] !== false,
});

function parseAddresses(netns: Netns, entry: Json): readonly Item[] {
  const infos = (entry["addr_info"] ?? []) as readonly Json[];
  return infos
    .filter((info) => info["family"] === "inet6")
    .map((info) =>
      addressItem(netns, String(entry["ifname"]), `${address(String(info["local"]))}/${String(info["prefixlen"])}`),
    );
}

const parseNeighbour = (netns: Netns, entry: Json): Item =>
  neighbourItem(netns, String(entry["dev"]), address(String(entry["dst"])), entry["lladdr"] as Mac);

/** The metric that IPv6 routes get when none is asked for. */
const usualMetric = 1024;

function parseRoute(netns: Netns, entry: Json): Item {
  const flags = (entry["flags"] ?? []) as readonly string[];
  const metric = Number(entry["metric"] ?? usualMetric);
  return routeItem(netns, {
    destination: destination(String(entry["dst"])),
    ...(entry["type"] === "unreachable" ? {} : { device: (entry["dev"] as string | undefined) ?? "" }),
    ...(entry["gateway"] === undefined ? {} : { via: address(entry["gateway"] as string) }),
    ...(flags.includes("onlink") ? { onlink: true } : {}),
    ...(metric === usualMetric ? {} : { metric }),
  });
}

function parseFdb(netns: Netns, text: string): readonly Item[] {
  const entries = text.trim() === "" ? [] : (JSON.parse(text) as readonly Json[]);
  return entries
    .filter((entry) => entry["ifname"] === tunnelDevice && typeof entry["dst"] === "string")
    .map((entry) => fdbItem(netns, entry["mac"] as Mac, wayOf(entry)));
}

/** The kernel tells port and VNI only where they are not the device's own. */
const wayOf = (entry: Json): string => {
  const beside = ["port", "vni"]
    .filter((key) => entry[key] !== undefined)
    .map((key) => ` ${key} ${String(entry[key])}`);
  return `${address(String(entry["dst"]))}${beside.join("")}`;
};

/** ip(8) leaves the length of a host route away. */
function destination(text: string): Ipv6Prefix | "default" {
  if (text === "default") return text;
  const [first = "", length = "128"] = text.split("/");
  return `${address(first)}/${length}` as Ipv6Prefix;
}

function address(text: string): Ipv6 {
  const value = ipv6Value(text);
  return value === undefined ? (text as Ipv6) : formatIpv6(value);
}
