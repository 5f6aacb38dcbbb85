/** Packets of full size to the node's neighbours and to other hosts. */
import { good, note, problem, type Finding } from "./finding.ts";
import type { Interface } from "./interfaces.ts";
import { devicesOf } from "./own-node.ts";
import type { Probe } from "./path-probe.ts";
import type { Site, SiteNode } from "./site.ts";

interface Way {
  readonly to: string;
  readonly address: string;
  readonly source: string | null;
}

/** A large site is looked at in part: all of it leads over the same few links. */
const most = 16;
/** Every IPv6 link carries that (RFC 8200 section 5). */
const smallest = 1280;

export async function pathFindings(
  node: SiteNode,
  site: Site,
  interfaces: readonly Interface[],
  probe: Probe,
): Promise<readonly Finding[]> {
  // A narrower device of our own is another finding; what does not fit into it would be sent in fragments.
  const size = Math.min(node.mtu ?? Infinity, ...devicesOf(node, interfaces).map(({ mtu }) => mtu));
  if (!Number.isFinite(size)) return [];
  const has = (address: string | null): boolean =>
    interfaces.some(({ addresses }) => addresses.some((each) => each.address === address));
  const ways = waysOf(node, site)
    .filter(({ source }) => has(source))
    .slice(0, most);
  const results = await Promise.all(ways.map((way) => judge(way, size, probe)));
  const lost = results.filter((finding) => finding?.verdict === "Problem");
  if (lost.length > 0) return lost.filter((finding) => finding !== undefined);
  const passed = results.filter((finding) => finding?.verdict === "Good").length;
  const silent = results.find((finding) => finding?.verdict === "Note");
  const all =
    passed === 0
      ? []
      : [good("path", `packets of ${size} octets pass to ${passed} of ${ways.length} neighbours and hosts`)];
  return silent === undefined ? all : [...all, silent];
}

function waysOf({ vtep, links }: SiteNode, { nodes, tunnelPeers }: Site): readonly Way[] {
  const near = links.map(({ peer, peerAddress, localAddress }) => ({
    to: peer,
    address: peerAddress,
    source: localAddress,
  }));
  if (vtep === null) return near;
  const named = nodes.flatMap(({ name, vtep: other }) =>
    other === null || other === vtep ? [] : [{ to: `host/${name}`, address: other }],
  );
  const known = new Set<string>(named.map(({ address }) => address));
  const unnamed = tunnelPeers
    .filter((address) => !known.has(address))
    .map((address) => ({ to: `host at ${address}`, address }));
  return [...near, ...[...named, ...unnamed].map((far) => ({ ...far, source: vtep }))];
}

async function judge({ to, address, source }: Way, size: number, probe: Probe): Promise<Finding | undefined> {
  const small = await probe({ address, source, size: smallest });
  if (small === "Unreachable" || small === "Silent") {
    const why = small === "Silent" ? "does not answer" : "cannot be reached";
    return note("NW1909", "path", `${to} (${address}) ${why}: whether large packets pass is not known`);
  }
  const large = await probe({ address, source, size });
  if (large === "Answered") return good("path", to);
  return problem("NW1909", "path", `packets of ${size} octets to ${to} (${address}) are lost; small ones pass`, {
    meaning: "some device on the way has a smaller MTU: connections between workloads open and then hang",
    hint: "set the MTU of every switch port and router on the way, or lower spec.mtu of all hosts",
  });
}
