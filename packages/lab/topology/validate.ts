/** What a valid Lab may still ask for that the lab engine cannot build. */
import type { Lab } from "@netwright/api";
import type { Diagnostic } from "@netwright/base";
import { bridgeDevice } from "./topology.ts";

/** Names that the kernel or the lab keeps for itself in every node. */
const reservedInterfaces = new Set(["lo", "all", "default", bridgeDevice]);

const uniqueRoles = ["Control", "NameServer", "Resolver"] as const;

/** Every finding; none means that the topology can be planned. Pure. */
export function labDiagnostics({ metadata, spec }: Lab): readonly Diagnostic[] {
  const subject = `lab/${metadata.name}`;
  const roles = uniqueRoles.flatMap((role): readonly Diagnostic[] => {
    const [, second] = spec.nodes.flatMap((node, index) => (node.role === role ? [index] : []));
    if (second === undefined) return [];
    return [{ code: "NW1205", message: `a lab has one ${role} at most`, subject, field: `spec.nodes[${second}].role` }];
  });
  const interfaces = spec.links.flatMap(({ ends }, link) =>
    ends.flatMap(({ node, interface: device }, end): readonly Diagnostic[] => {
      const field = `spec.links[${link}].ends[${end}].interface`;
      if (device === undefined) return [];
      if (reservedInterfaces.has(device))
        return [{ code: "NW1203", message: `${device} is not free for a link`, subject, field }];
      const claims = spec.links
        .flatMap((other) => other.ends)
        .filter((other) => other.node === node && other.interface === device);
      return claims.length === 1
        ? []
        : [{ code: "NW1205", message: `${node} has several interfaces called ${device}`, subject, field }];
    }),
  );
  return [...roles, ...interfaces];
}
