/** Gateways and routes of nodes: what is written, and for a Linux with one link what it most likely wants. Pure. */
import type { Lab, LabNode } from "@netwright/api";
import {
  familyOf,
  ipParts,
  isInPrefix,
  NetwrightError,
  type Diagnostic,
  type IpAddress,
  type IpPrefix,
} from "@netwright/base";
import type { SegmentPort } from "./segments.ts";
import type { Port, TopologyNode, TopologyRoute } from "./topology.ts";

const everywhere = { IPv4: "0.0.0.0/0" as IpPrefix, IPv6: "::/0" as IpPrefix } as const;

export const defaultVia = (via: IpAddress, device: string): TopologyRoute => ({
  to: everywhere[familyOf(via)],
  via,
  interface: device,
});

/** @throws NW1205 or NW1301, every finding at once */
export function planRoutes(
  { metadata, spec }: Lab,
  nodes: readonly TopologyNode[],
  segments: readonly (readonly SegmentPort[])[],
): readonly TopologyNode[] {
  const found: Diagnostic[] = [];
  const routers = new Set(
    nodes.filter(({ role, forwarding }) => role === "Linux" && forwarding).map(({ name }) => name),
  );
  const segmentOf = new Map(segments.flatMap((segment) => segment.map(({ port }) => [port, segment] as const)));
  const planned = nodes.map((node, index) => {
    const draft = spec.nodes[index] as LabNode;
    const complain = (field: string, diagnostic: Omit<Diagnostic, "field" | "subject">): readonly TopologyRoute[] => {
      found.push({ ...diagnostic, field: `spec.nodes[${index}].${field}`, subject: `lab/${metadata.name}` });
      return [];
    };
    const written = [...gatewayRoutes(node, draft, complain), ...writtenRoutes(node, draft, complain)];
    const isFree = draft.gateway === undefined && draft.routes === undefined && node.role === "Linux";
    const [only, ...more] = node.ports;
    const likely =
      isFree && only !== undefined && more.length === 0 ? likelyRoutes(only, segmentOf.get(only) ?? [], routers) : [];
    const replaced = new Set(written.map(({ to }) => to));
    return { ...node, routes: [...node.routes.filter(({ to }) => !replaced.has(to)), ...likely, ...written] };
  });
  if (found.length > 0) throw NetwrightError.of(found);
  return planned;
}

type Complain = (field: string, diagnostic: Omit<Diagnostic, "field" | "subject">) => readonly TopologyRoute[];

const gatewayRoutes = (node: TopologyNode, { gateway = [] }: LabNode, complain: Complain): readonly TopologyRoute[] =>
  gateway.flatMap((via) => {
    const device = deviceTowards(node.ports, via);
    return device === undefined ? complain("gateway", offLink(node, via)) : [defaultVia(via, device)];
  });

function writtenRoutes(node: TopologyNode, { routes = [] }: LabNode, complain: Complain): readonly TopologyRoute[] {
  return routes.flatMap(({ to, via, dev }, index) => {
    const field = `routes[${index}]`;
    const ports = node.ports.filter((port) => dev === undefined || port.interface === dev);
    if (ports.length === 0) {
      const hint = `its interfaces: ${node.ports.map((port) => port.interface).join(", ") || "none"}`;
      return complain(`${field}.dev`, { code: "NW1301", message: `${node.name} has no interface ${dev}`, hint });
    }
    const prefix = to === "default" ? everywhere[familyOf(via as IpAddress)] : to;
    if (via === undefined) return [{ to: prefix, via: null, interface: dev as string }];
    // Who answers at a link-local address, the link alone tells.
    const device = via.startsWith("fe80:") ? dev : deviceTowards(ports, via);
    return device === undefined
      ? complain(`${field}.via`, offLink(node, via))
      : [{ to: prefix, via, interface: device }];
  });
}

const deviceTowards = (ports: readonly Port[], via: IpAddress): string | undefined =>
  ports.find(({ addresses }) => addresses.some((each) => ipParts(each).address !== via && isInPrefix(each, via)))
    ?.interface;

function offLink(node: TopologyNode, via: IpAddress): Omit<Diagnostic, "field" | "subject"> {
  const own = node.ports.flatMap(({ addresses }) => addresses).join(", ") || "none";
  const hint = via.startsWith("fe80:") ? "write dev beside a link-local next hop" : `addresses of ${node.name}: ${own}`;
  return { code: "NW1205", message: `${via} is on none of the links of ${node.name}`, hint };
}

/** By the only one there that forwards, if there is just one. */
function likelyRoutes(
  port: Port,
  segment: readonly SegmentPort[],
  routers: ReadonlySet<string>,
): readonly TopologyRoute[] {
  const [router, ...others] = segment.filter((at) => at.port.node !== port.node && routers.has(at.port.node));
  if (router === undefined || others.length > 0) return [];
  const gateways = router.port.addresses.map((each) => ipParts(each).address);
  return (["IPv4", "IPv6"] as const).flatMap((family) => {
    const via = gateways.find((each) => familyOf(each) === family && deviceTowards([port], each) !== undefined);
    return via === undefined ? [] : [defaultVia(via, port.interface)];
  });
}
