/** Denied flows of all hosts, with names and with where a rule would have to be written. Pure. */
import { nearestSource, objectName, type FlowRecord, type Service } from "@netwright/api";
import { formatInstant } from "@netwright/base";
import type { ClassEntry } from "@netwright/compiler";
import type { ClassId, DeniedFlow } from "@netwright/contract";
import type { World } from "../control/world.ts";
import { deniedKey, type Heard, type Reports } from "../state/reports.ts";

/** Newest first. */
export function droppedFlows(world: World, reports: Reports): readonly FlowRecord[] {
  const classes = classesOf(world);
  const flows = [...reports.all()].flatMap((heard) => flowsOf(world, classes, heard));
  return flows.toSorted((a, b) => (a.at === b.at ? b.packets - a.packets : a.at < b.at ? 1 : -1));
}

type Classes = ReadonlyMap<string, ClassEntry>;

const classKey = (project: string, network: string, id: ClassId): string => `${project}/${network}/${id}`;

function classesOf({ ledger }: World): Classes {
  const classes = new Map<string, ClassEntry>();
  for (const entry of ledger.values())
    if (entry.kind === "Class") classes.set(classKey(entry.project, entry.network, entry.id), entry);
  return classes;
}

function flowsOf(world: World, classes: Classes, { report, deniedAt, at }: Heard): readonly FlowRecord[] {
  return report.networks.flatMap(({ project, name: network, denied }) =>
    denied.map((flow): FlowRecord => {
      const [from, to] = [flow.from, flow.to].map((id) => classes.get(classKey(project, network, id)));
      const { protocol, port, packets, bytes } = flow;
      const seen = formatInstant(deniedAt.get(deniedKey(project, network, flow)) ?? at);
      const [source, target] = [nameOf(from, flow.from), nameOf(to, flow.to)];
      return {
        host: report.node,
        project,
        network,
        from: source,
        to: target,
        protocol,
        port,
        packets,
        bytes,
        at: seen,
        hint: hintOf(world, from, to, flow),
      };
    }),
  );
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
  if (to === undefined) return { text: "workloads open no connections to the outside", origin: null };
  const item = world.items.get(`Service/${to.project}/${to.service}`);
  if (item === undefined) return { text: `service ${to.service} is gone`, origin: null };
  const object = objectName(item.object);
  const { field, text } =
    from === undefined ? exposeHint(object, to, port) : allowHint(object, from, to, port, protocol);
  const source = nearestSource(item.sources, existing(item.object as Service, field));
  return { text, origin: { object, field, ...(source === undefined ? {} : { source }) } };
}

/** The place of a list that is not written is that of the tiers, below which one would write it. */
const existing = ({ spec }: Service, field: string): string =>
  (field === "spec.allow" && spec.allow.length === 0) || (field === "spec.expose" && spec.expose.length === 0)
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
