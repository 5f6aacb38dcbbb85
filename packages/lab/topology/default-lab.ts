/** The lab that needs no file: two internet clients, a provider, two edges, hypervisors homed to both. */
import { apiVersion, kinds, type Lab } from "@netwright/api";
import { NetwrightError } from "@netwright/base";
import { defaultLabName } from "../record/paths.ts";

export const maxHosts = 200;

/** @throws NW1001 when the number of hosts is not 1 to 200. */
export function defaultLab({ hosts = 3 }: { readonly hosts?: number } = {}): Lab {
  if (!Number.isInteger(hosts) || hosts < 1 || hosts > maxHosts) {
    throw new NetwrightError("NW1001", `${hosts} is not a number of hosts (1 to ${maxHosts})`);
  }
  const names = Array.from({ length: hosts }, (_, index) => `host${index + 1}`);
  const object = kinds.Lab.schema.parse({
    apiVersion,
    kind: "Lab",
    metadata: { name: defaultLabName },
    spec: { nodes: [...fixedNodes(), ...names.map((name) => ({ name, role: "Host" }))], links: linksFor(names) },
  });
  return kinds.Lab.complete(object) as Lab;
}

function fixedNodes(): readonly object[] {
  return [
    { name: "internet1", role: "Client" },
    { name: "internet2", role: "Client" },
    { name: "resolver", role: "Resolver" },
    { name: "dns", role: "NameServer" },
    { name: "provider", role: "Provider" },
    { name: "edge1", role: "Edge" },
    { name: "edge2", role: "Edge" },
    { name: "control", role: "Control" },
    { name: "mgmt", role: "Switch" },
  ];
}

/** Hosts come last, so that one host more changes no address of the others. */
function linksFor(hosts: readonly string[]): readonly object[] {
  const pairs: (readonly [string, string])[] = [
    ...["internet1", "internet2", "resolver", "dns"].map((name) => ["provider", name] as const),
    ["provider", "edge1"],
    ["provider", "edge2"],
    ["edge1", "edge2"],
    ...["control", "dns", "edge1", "edge2", "resolver"].map((name) => ["mgmt", name] as const),
    ...hosts.flatMap(
      (host) =>
        [
          ["edge1", host],
          ["edge2", host],
          ["mgmt", host],
        ] as const,
    ),
  ];
  return pairs.map(([a, b]) => ({ ends: [{ node: a }, { node: b }] }));
}
