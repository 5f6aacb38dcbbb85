/** Denied flows of all hosts, with names and with where a rule would have to be written. Pure. */
import { nearestSource, objectName, type FlowRecord, type Service } from "@netwright/api";
import { formatInstant } from "@netwright/base";
import type { ClassEntry, VipEntry } from "@netwright/compiler";
import type { AnsweredAddress, ClassId, DeniedFlow } from "@netwright/contract";
import type { World } from "../control/world.ts";
import { deniedKey, type Heard, type Reports } from "../state/reports.ts";

/** Newest first. @param scope the project whose networks are looked at; null: all. */
export function droppedFlows(world: World, reports: Reports, scope: string | null = null): readonly FlowRecord[] {
  const names = namesOf(world);
  const flows = [...reports.all()].flatMap((heard) => flowsOf(world, names, heard));
  const own = scope === null ? flows : flows.filter(({ project }) => project === scope);
  return own.toSorted((a, b) => (a.at === b.at ? b.packets - a.packets : a.at < b.at ? 1 : -1));
}

interface Names {
  readonly classes: ReadonlyMap<string, ClassEntry>;
  /** By address. */
  readonly vips: ReadonlyMap<string, VipEntry>;
}

const classKey = (project: string, network: string, id: ClassId): string => `${project}/${network}/${id}`;

function namesOf({ ledger }: World): Names {
  const classes = new Map<string, ClassEntry>();
  const vips = new Map<string, VipEntry>();
  for (const entry of ledger.values()) {
    if (entry.kind === "Class") classes.set(classKey(entry.project, entry.network, entry.id), entry);
    if (entry.kind === "Vip") vips.set(entry.address, entry);
  }
  return { classes, vips };
}

function flowsOf(world: World, names: Names, { report, deniedAt, at }: Heard): readonly FlowRecord[] {
  return report.networks.flatMap(({ project, name: network, denied, answered = [] }) =>
    denied.map((flow): FlowRecord => {
      const { protocol, port, packets, bytes } = flow;
      const seen = formatInstant(deniedAt.get(deniedKey(project, network, flow)) ?? at);
      return {
        host: report.node,
        project,
        network,
        ...endsOf(world, names, { project, network, flow, answered }),
        protocol,
        port,
        packets,
        bytes,
        at: seen,
      };
    }),
  );
}

interface Located {
  readonly project: string;
  readonly network: string;
  readonly flow: DeniedFlow;
  readonly answered: readonly AnsweredAddress[];
}

function endsOf(
  world: World,
  { classes, vips }: Names,
  { project, network, flow, answered }: Located,
): Pick<FlowRecord, "from" | "to" | "source" | "destination" | "hint"> {
  if (flow.outside !== undefined) {
    // An address may have had another owner when the packet came.
    const found = vips.get(flow.outside.destination);
    const vip = found?.project === project ? found : undefined;
    return { from: "outside", to: vip?.service ?? "nothing", ...flow.outside, hint: publicHint(world, vip, flow) };
  }
  const [from, to] = [flow.from, flow.to].map((id) => classes.get(classKey(project, network, id)));
  const { destination } = flow;
  if (destination !== undefined) {
    const hint =
      from === undefined ? { text: "its service is gone", origin: null } : egressHint(world, from, flow, answered);
    return { from: nameOf(from, flow.from), to: "outside", destination, hint };
  }
  return { from: nameOf(from, flow.from), to: nameOf(to, flow.to), hint: hintOf(world, from, to, flow) };
}

/** Class 0 is the outside; a class that the ledger lost belongs to a service that is gone. */
function nameOf(entry: ClassEntry | undefined, id: ClassId): string {
  if (entry !== undefined) return `${entry.service}/${entry.tier}`;
  return id === 0 ? "outside" : `class ${id}`;
}

function hintOf(
  world: World,
  from: ClassEntry | undefined,
  to: ClassEntry | undefined,
  { protocol, port }: DeniedFlow,
): FlowRecord["hint"] {
  if (to === undefined) return { text: "its service is gone", origin: null };
  return hintAt(world, to, (object) =>
    from === undefined ? exposeHint(object, to, port) : allowHint(object, from, to, port, protocol),
  );
}

/** Only what is in the internet can be allowed. */
function egressHint(
  world: World,
  from: ClassEntry,
  { protocol, port, destination }: DeniedFlow,
  answered: readonly AnsweredAddress[],
): FlowRecord["hint"] {
  // 2000::/3: RFC 5952 text of these begins with four digits.
  const isInternet = /^[23][0-9a-f]{3}:/.test(destination ?? "");
  if (!isInternet) return { text: `${destination} is not in the internet: no rule can allow it`, origin: null };
  const names = answered.filter(({ address }) => address === destination);
  const known = names.find(({ live }) => live) ?? names[0];
  const rule = `{ from: ${from.tier}, to: "${known?.name ?? `${destination}/128`}", port: ${port}${protocol === "udp" ? ", protocol: UDP" : ""} }`;
  return hintAt(world, from, (object) => ({
    field: "spec.egress",
    text:
      known === undefined || known.live
        ? `no rule allows it: add ${rule} to spec.egress of ${object}`
        : `it was an address of ${known.name} lately: look the name up again, and where no rule is for this port add ${rule} to spec.egress of ${object}`,
  }));
}

/** A port of a public address that no listener takes. */
function publicHint(world: World, vip: VipEntry | undefined, { protocol, port }: DeniedFlow): FlowRecord["hint"] {
  if (vip === undefined) return { text: "no service has this address any more", origin: null };
  return hintAt(world, vip, (object) => ({
    field: "spec.expose",
    text: `${protocol} port ${port} is not exposed: add a listener to ${object}`,
  }));
}

function hintAt(
  world: World,
  { project, service }: { readonly project: string; readonly service: string },
  hint: (object: string) => { readonly field: string; readonly text: string },
): FlowRecord["hint"] {
  const item = world.items.get(`Service/${project}/${service}`);
  if (item === undefined) return { text: `service ${service} is gone`, origin: null };
  const object = objectName(item.object);
  const { field, text } = hint(object);
  const source = nearestSource(item.sources, existing(item.object as Service, field));
  return { text, origin: { object, field, ...(source === undefined ? {} : { source }) } };
}

/** The place of a list that is not written is that of the tiers, below which one would write it. */
const existing = ({ spec }: Service, field: string): string =>
  (field === "spec.allow" && spec.allow.length === 0) ||
  (field === "spec.egress" && (spec.egress ?? []).length === 0) ||
  (field === "spec.expose" && spec.expose.length === 0)
    ? "spec.tiers"
    : field;

const exposeHint = (object: string, { tier }: ClassEntry, port: number): { field: string; text: string } => ({
  field: "spec.expose",
  text: `nothing exposes port ${port} of tier ${tier}: add a listener to ${object}`,
});

function allowHint(
  object: string,
  from: ClassEntry,
  { tier }: ClassEntry,
  port: number,
  protocol: DeniedFlow["protocol"],
): { field: string; text: string } {
  const rule = `{ from: { service: ${from.service}, tier: ${from.tier} }, to: ${tier}, port: ${port}${protocol === "udp" ? ", protocol: UDP" : ""} }`;
  return { field: "spec.allow", text: `no rule allows it: add ${rule} to spec.allow of ${object}` };
}
