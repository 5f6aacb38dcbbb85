/** From what a scenario says of its topology to a planned network. */
import { posix } from "node:path";
import { kinds, type FieldPath, type Finding, type Lab, type ScenarioTopology } from "@netwright/api";
import { ipParts, isNetwrightError, type Diagnostic } from "@netwright/base";
import { defaultLab, imagesBeside, planLab, type Port, type Topology } from "@netwright/lab";
import type { Network } from "./job.ts";
import type { Values } from "./values.ts";

export interface NetworkSources {
  /** The Lab of a file. @throws NetwrightError with every complaint. */
  readonly readLab: (path: string) => Promise<Lab>;
  /** The topology of a lab that is up. @throws NW1701 */
  readonly running: (name: string) => Promise<Topology>;
}

export type PlannedNetwork =
  | { readonly ok: true; readonly network: Network }
  | { readonly ok: false; readonly findings: readonly Finding[]; readonly diagnostics: readonly Diagnostic[] };

const base: FieldPath = ["spec", "topology"];

/** @param topology valid. @param name of the lab where it has none of its own. @param file that says it. */
export async function planNetwork(
  topology: ScenarioTopology,
  name: string,
  file: string,
  sources: NetworkSources,
): Promise<PlannedNetwork> {
  const labName = name.slice(0, kinds.Lab.nameMax).replace(/-+$/, "");
  const head = { apiVersion: "netwright.dev/v1alpha1", kind: "Lab", metadata: { name: labName } } as const;
  const build = (lab: Lab): PlannedNetwork => ({ ok: true, network: { kind: "Build", lab, topology: planLab(lab) } });
  try {
    if (topology.running !== undefined)
      return {
        ok: true,
        network: { kind: "Running", name: topology.running, topology: await sources.running(topology.running) },
      };
    if (topology.site !== undefined) return build(defaultLab(topology.site));
    if (topology.file !== undefined)
      return build(await sources.readLab(posix.join(posix.dirname(file), topology.file)));
    const written = { ...head, spec: topology.lab } as Lab;
    const findings = kinds.Lab.validate(written);
    if (findings.length > 0)
      return refuse(findings.map((each) => ({ ...each, path: [...base, "lab", ...each.path.slice(1)] })));
    return build(imagesBeside(kinds.Lab.complete(written) as Lab, posix.dirname(file)));
  } catch (error) {
    if (!isNetwrightError(error)) throw error;
    return { ok: false, findings: [], diagnostics: error.diagnostics };
  }
}

const refuse = (findings: readonly Finding[]): PlannedNetwork => ({ ok: false, findings, diagnostics: [] });

/** Of both families, IPv6 before IPv4; undefined where the node finds its own. */
export const firstAddress = ({ address, addresses }: Port): string | undefined =>
  address ?? addressesOf({ addresses })[0];

export const addressesOf = ({ addresses }: Pick<Port, "addresses">): readonly string[] =>
  addresses.map((each) => ipParts(each).address);

/** `node.NAME.address` and so on, for commands that need more than names. */
export function nodeValues({ nodes }: Topology): Values {
  return Object.fromEntries(
    nodes
      .flatMap((node) =>
        node.ports.flatMap((port, index) => {
          const address = firstAddress(port);
          return [
            ...(address === undefined ? [] : [[`node.${node.name}.${port.interface}.address`, address] as const]),
            ...(index === 0 && address !== undefined ? [[`node.${node.name}.address`, address] as const] : []),
            [`node.${node.name}.${port.interface}.mac`, port.mac] as const,
          ];
        }),
      )
      .map(([key, value]) => [key, String(value)]),
  );
}
