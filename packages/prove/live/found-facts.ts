/** What a kernel prints of one namespace, as far as it is Netwright's. */
import { readbackSettings, tunnelDevice, type NamespaceReadback } from "@netwright/contract";
import type { Fact } from "./difference.ts";
import {
  forwardingFact,
  linkFact,
  neighbourFact,
  routeFact,
  routingRuleFact,
  settingFact,
  tunnelText,
} from "./facts.ts";
import { addressOf, destinationOf, readList, textAt, type Json } from "./read-json.ts";

/** In the node's own namespace all but our devices are the operator's; in ours, devices of guests are theirs. */
const isOurs = (netns: string | null, device: string): boolean =>
  netns === null ? /^nwu\d+$/.test(device) : /^(lo|vxlan|uplink|eth0|w[0-9a-f]+\.[0-9a-f]+)$/.test(device);

/** What could not be read as what it should be; then the facts are not whole. */
export interface FoundFacts {
  readonly facts: readonly Fact[];
  readonly unread: readonly string[];
}

/** @param destinations of routes that are wanted: whoever else leads there is in their way */
export function foundFacts(readback: NamespaceReadback, destinations: ReadonlySet<string>): FoundFacts {
  const { netns } = readback;
  const unread: string[] = [];
  const list = (name: "links" | "routes" | "rules" | "neighbours" | "fdb"): readonly Json[] => {
    const found = readList(readback[name]);
    if (found === undefined) unread.push(name);
    return found ?? [];
  };
  const ours = (entry: Json): boolean => isOurs(netns, textAt(entry, "dev") || textAt(entry, "ifname"));
  const routes = list("routes").filter(
    (entry) => netns !== null || ours(entry) || destinations.has(destinationOf(textAt(entry, "dst"))),
  );
  const settings = readbackSettings.flatMap((path) => readback.settings[path] ?? []);
  return {
    unread,
    facts: [
      ...list("links")
        .filter((entry) => ours(entry) && textAt(entry, "ifname") !== "lo")
        .map(readLink),
      ...routes.flatMap(readRoute),
      ...(netns === null ? [] : list("rules").map(readRule)),
      ...list("neighbours").filter(ours).flatMap(readNeighbour),
      ...readForwarding(list("fdb")),
      ...(settings.length === 0 ? [] : readSettings(readback)),
    ],
  };
}

/** A workload's namespace passes nothing on, and in a tenant's only the node's own hash counts. */
function readSettings({ netns, settings }: NamespaceReadback): readonly Fact[] {
  const [forwarding, hash] = readbackSettings;
  if (netns?.startsWith("nww-") === true) return settings[forwarding] === "1" ? [settingFact(forwarding, "1")] : [];
  return [
    settingFact(forwarding, settings[forwarding] ?? ""),
    ...(netns === null ? [settingFact(hash, settings[hash] ?? "")] : []),
  ];
}

function readLink(link: Json): Fact {
  const info = (link["linkinfo"] ?? {}) as Json;
  const data = (info["info_data"] ?? {}) as Json;
  const kind = textAt(info, "info_kind");
  return linkFact({
    name: textAt(link, "ifname"),
    kind,
    mac: textAt(link, "address"),
    mtu: Number(link["mtu"]),
    isUp: (link["flags"] as readonly string[] | undefined)?.includes("UP") === true,
    ...(kind === "veth" ? { peer: Number(link["link_index"]) } : {}),
    ...(kind === "vxlan" ? { tunnel: readTunnel(data) } : {}),
  });
}

const readTunnel = (data: Json): string =>
  tunnelText(Number(data["id"]), addressOf(textAt(data, "local6")), Number(data["port"]), data["learning"] !== false);

/** Who listens to groups, and to any router, is the kernel's own affair. */
const kernelsOwn = new Set(["multicast", "anycast"]);

function readRoute(route: Json): readonly Fact[] {
  const type = textAt(route, "type") || "unicast";
  if (kernelsOwn.has(type) && route["protocol"] === "kernel") return [];
  const hops = route["nexthops"] as readonly Json[] | undefined;
  const several = hops?.map((hop) => `${addressOf(textAt(hop, "gateway"))} dev ${textAt(hop, "dev")}`).join(" and ");
  return [
    routeFact({
      type,
      table: textAt(route, "table") || "main",
      destination: destinationOf(textAt(route, "dst")),
      device: textAt(route, "dev"),
      via: several ?? addressOf(textAt(route, "gateway") || textAt((route["via"] ?? {}) as Json, "host")),
      metric: Number(route["metric"] ?? 0),
    }),
  ];
}

function readRule({ priority, protocol: _, src, table, ...more }: Json): Fact {
  const rest = Object.entries(more).map(([key, value]) => ` ${key} ${JSON.stringify(value)}`);
  return routingRuleFact(Number(priority), `from ${String(src)} table ${String(table)}${rest.join("")}`);
}

/** One that was learnt for somebody whom nothing leads to does no harm. */
function readNeighbour(entry: Json): readonly Fact[] {
  const states = (entry["state"] ?? []) as readonly string[];
  if (typeof entry["lladdr"] !== "string" || !states.includes("PERMANENT")) return [];
  return [neighbourFact(textAt(entry, "dev"), addressOf(textAt(entry, "dst")), entry["lladdr"])];
}

function readForwarding(entries: readonly Json[]): readonly Fact[] {
  const led = entries.filter((entry) => entry["ifname"] === tunnelDevice && typeof entry["dst"] === "string");
  return [...Map.groupBy(led, (entry) => textAt(entry, "mac"))].map(([mac, all]) =>
    forwardingFact(tunnelDevice, mac, all.map(wayOf).toSorted().join(" and ")),
  );
}

const wayOf = (entry: Json): string =>
  [
    addressOf(textAt(entry, "dst")),
    ...["port", "vni", "viaIf"].flatMap((field) =>
      entry[field] === undefined ? [] : [`${field} ${textAt(entry, field)}`],
    ),
  ].join(" ");
