/** What the prover says of one connection: by its graph where that is sure for all instances, by the model for one. Pure. */
import type { Ipv6 } from "@netwright/base";
import type { Probe, WorkloadState } from "@netwright/contract";
import { exampleClient, send, type Fabric, type Trace } from "@netwright/model";
import { pointKey } from "../classes/arrivals.ts";
import { isMust, type Edge } from "../classes/edge.ts";
import { tierEnd } from "../classes/ends.ts";
import type { Local, Network } from "../classes/network.ts";
import { edgesInto } from "../classes/network-edges.ts";
import type { Site } from "../classes/site.ts";
import type { Prediction } from "./case.ts";
import type { Connection } from "./connections.ts";

/** An instance, and where it is. */
export interface Place {
  readonly network: Network;
  readonly local: Local;
  readonly workload: WorkloadState;
}

const examplePort = 40_000;

/** @param client whom the connection comes from where somebody outside sends; undefined: anybody */
export function predict(
  site: Site,
  fabric: Fabric,
  { from, to: { place: to }, probe }: Pick<Connection, "from" | "to" | "probe">,
  client: Ipv6 | undefined,
): Prediction {
  const { protocol, port, destination } = probe;
  if (protocol === "icmp") return dropped("no rule lets an echo request pass", []);
  const edges =
    from === undefined && to === undefined ? publicEdgesAt(site, { ...probe, protocol }) : innerTo(from, to);
  const found = edges?.filter((edge) => edge.protocol === protocol && edge.port === port);
  const trace = send(fabric, {
    from: from === undefined ? "internet" : { project: from.local.state.project, instance: from.workload.id },
    source: from?.workload.address ?? client ?? exampleClient,
    destination,
    protocol,
    sourcePort: probe.sourcePort ?? examplePort,
    destinationPort: port,
  });
  const path = trace.hops.map((hop) => ({ ...hop, findings: [] }));
  const verdict = verdictOf(found, trace);
  if (verdict === "Delivered") return { verdict, outcomes: delivered, reason: reasonOf(found, trace), path };
  const standing = to === undefined ? site.graph.standing(pointKey({ vip: destination, protocol, port })) : [];
  const refuses = standing.some(({ listener }) => listener.members.length === 0);
  return dropped(reasonOf(found, trace), path, refuses);
}

const delivered = ["Connected", "Refused"] as const;

/** @param refuses a load balancer without members, which says so */
const dropped = (reason: string, path: Prediction["path"], refuses = false): Prediction => ({
  verdict: "Dropped",
  outcomes: ["Silent", "Unreachable", ...(refuses ? (["Refused"] as const) : [])],
  reason,
  path,
});

/** Undefined: the graph has no edges of that kind. */
function innerTo(from: Place | undefined, to: Place | undefined): readonly Edge[] | undefined {
  if (to === undefined) return undefined;
  if (from === undefined || from.network !== to.network) return [];
  const key = endOf(from).key;
  return (edgesInto(to.network).get(endOf(to).key) ?? []).filter((edge) => edge.from.key === key);
}

const publicEdgesAt = (
  { graph }: Site,
  { destination, protocol, port }: Probe & { readonly protocol: "tcp" | "udp" },
): readonly Edge[] => graph.publicEdges(pointKey({ vip: destination, protocol, port }));

export const endOf = ({ network, workload }: Place) =>
  tierEnd({ project: network.project, network: network.name, service: workload.service, tier: workload.tier });

/** The graph where all instances are alike, the model of this one where they are not. */
function verdictOf(found: readonly Edge[] | undefined, trace: Trace): Prediction["verdict"] {
  if (found === undefined) return trace.verdict;
  if (found.every(({ may }) => may === undefined)) return "Dropped";
  return found.some(isMust) ? "Delivered" : trace.verdict;
}

function reasonOf(found: readonly Edge[] | undefined, trace: Trace): string {
  const [origin] = found?.flatMap(({ origins }) => origins) ?? [];
  return trace.verdict === "Delivered" && origin !== undefined
    ? `${trace.reason} (${origin.object} ${origin.field})`
    : trace.reason;
}
