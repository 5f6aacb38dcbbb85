/** Rules for what a Lab says of its nodes' networks: addresses, gateways, routes, kernel settings. */
import { familyOf, ipParts, isNetwrightError, type IpFamily } from "@netwright/base";
import { parseNetworkSysctl } from "../../fields/ip.ts";
import { finding, keyFinding } from "../finding.ts";
import type { FieldPath, Finding } from "../kind.ts";
import type { LabEnd, LabNode, LabRoute } from "./schema.ts";

/** Of one node. @param path of it */
export const networkFindings = (node: LabNode, path: FieldPath): readonly Finding[] => [
  ...roleFindings(node, path),
  ...gatewayFindings(node, path),
  ...(node.routes ?? []).flatMap((route, index) => routeFindings(route, [...path, "routes", index])),
  ...Object.entries(node.sysctls ?? {}).flatMap(([key, value]) =>
    sysctlFindings(key, value, [...path, "sysctls", key]),
  ),
];

/** BGP makes the routes of those; a switch looks at no address. */
const routedElsewhere: ReadonlySet<string> = new Set(["Provider", "Edge", "Host", "Switch"]);

function roleFindings(node: LabNode, path: FieldPath): readonly Finding[] {
  const complain = (
    field: "forwarding" | "gateway" | "image" | "rootfs" | "routes",
    hint: string,
  ): readonly Finding[] =>
    node[field] === undefined ? [] : [keyFinding("NW1205", [...path, field], `does not fit role ${node.role}`, hint)];
  const hint = "a Switch has no addresses, and routes of Provider, Edge and Host come by BGP";
  return [
    ...(node.role === "Linux" ? [] : complain("forwarding", "Provider, Edge and Host always forward, only Linux may")),
    ...(node.role === "Linux" ? [] : complain("rootfs", "programs of the other roles are the machine's own")),
    ...(node.role === "Linux" ? [] : complain("image", "programs of the other roles are the machine's own")),
    ...hiddenFindings(node, path),
    ...imageFindings(node, path),
    ...(routedElsewhere.has(node.role) ? [...complain("gateway", hint), ...complain("routes", hint)] : []),
  ];
}

/** A lab has these places of its own. */
function hiddenFindings({ rootfs }: LabNode, path: FieldPath): readonly Finding[] {
  if (rootfs === undefined || !/^\/(run|proc|sys|dev)(\/|$)/.test(rootfs)) return [];
  return [
    finding("NW1203", [...path, "rootfs"], `a lab does not see ${rootfs}`, "not under /run, /proc, /sys or /dev"),
  ];
}

function imageFindings({ image, rootfs }: LabNode, path: FieldPath): readonly Finding[] {
  const at = [...path, "image"];
  if (image === "host")
    return [finding("NW1205", at, "is what a node has without an image", "leave it out for this machine's files")];
  if (image === undefined || rootfs === undefined) return [];
  return [keyFinding("NW1205", at, "stands beside rootfs", "a node has one root: keep one of them")];
}

function gatewayFindings({ gateway = [] }: LabNode, path: FieldPath): readonly Finding[] {
  const families = gateway.map(familyOf);
  if (new Set(families).size === families.length) return [];
  const message = `names several gateways of the family ${families[0]}`;
  return [finding("NW1205", [...path, "gateway"], message, "one of each family; write others as routes")];
}

/** Undefined where only the next hop tells. */
const familyOfTarget = ({ to }: LabRoute): IpFamily | undefined => (to === "default" ? undefined : ipParts(to).family);

function routeFindings(route: LabRoute, path: FieldPath): readonly Finding[] {
  const { to, via, dev } = route;
  if (via === undefined && dev === undefined)
    return [finding("NW1202", path, "has neither via nor dev", "write the next hop, for example via: 10.0.1.1")];
  const family = familyOfTarget(route);
  if (via === undefined)
    return family === undefined
      ? [finding("NW1205", [...path, "to"], "default alone names no family", "write 0.0.0.0/0 or ::/0, or add via")]
      : [];
  if (family === undefined || family === familyOf(via)) return [];
  return [finding("NW1205", [...path, "via"], `${via} is not of the family of ${to}`, "both are IPv4, or both IPv6")];
}

function sysctlFindings(key: string, value: string | number, path: FieldPath): readonly Finding[] {
  try {
    parseNetworkSysctl(key);
  } catch (error) {
    if (!isNetwrightError(error)) throw error;
    return [keyFinding(error.code, path, error.message, error.diagnostics[0]?.hint ?? "")];
  }
  if (!String(value).includes("\n") && String(value) !== "") return [];
  return [finding("NW1203", path, `${JSON.stringify(value)} is no value of a setting`, "write one line")];
}

/** Of one end of a link. @param role of its node */
export function endFindings(end: LabEnd, role: string | undefined, path: FieldPath): readonly Finding[] {
  const { address, addresses } = end;
  if (addresses === undefined) return [];
  const at = [...path, "addresses"];
  if (address !== undefined)
    return [keyFinding("NW1205", at, "stands beside address", "write all of them in addresses")];
  if (role === "Switch" && addresses.length > 0)
    return [finding("NW1205", at, "a Switch has no addresses", "give them to the nodes behind it")];
  return addresses.flatMap((each, index) =>
    addresses.indexOf(each) === index
      ? []
      : [finding("NW1205", [...at, index], `${each} stands twice`, "every address once")],
  );
}
