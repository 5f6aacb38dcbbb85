import { apiVersion, type InstancePhaseName, type WireObject } from "@netwright/api";
import { formatInstant } from "@netwright/base";
import type { InstanceReport } from "@netwright/contract";
import type { InstanceEntry } from "@netwright/compiler";
import { announces } from "./announcements.ts";
import type { Facts } from "./facts.ts";

interface InstanceStatus {
  readonly phase: InstancePhaseName;
  readonly reason: string;
  readonly message: string;
  readonly restarts: number;
  readonly pid: number | null;
  readonly startedAt: string | null;
  readonly lastExit?: { readonly reason: string; readonly message: string; readonly at: string };
}

const still = { restarts: 0, pid: null, startedAt: null };

export function instanceStatus(facts: Facts, entry: InstanceEntry): InstanceStatus {
  if (facts.reports.ready(entry.host) === false) {
    return { ...still, phase: "Lost", reason: "HostNotReady", message: `nothing is heard of ${entry.host}` };
  }
  const status =
    entry.role === "LoadBalancer" ? loadBalancerStatus(facts, entry) : reportedStatus(reportOf(facts, entry), entry);
  if (entry.phase === "Run" || status.phase === "Stopping") return status;
  return { ...status, phase: "Draining", reason: "Draining", message: "takes no new connections" };
}

const reportOf = ({ reports }: Facts, { host, project, id }: InstanceEntry): InstanceReport | undefined =>
  reports.get(host)?.report.instances.find((instance) => instance.id === id && instance.project === project);

function reportedStatus(report: InstanceReport | undefined, { host }: InstanceEntry): InstanceStatus {
  if (report === undefined)
    return { ...still, phase: "Pending", reason: "NotReported", message: `waits for the agent of ${host}` };
  const { phase, reason, message, restarts, pid, startedAt, lastExit } = report;
  return {
    phase,
    reason,
    message,
    restarts,
    pid,
    startedAt: startedAt === null ? null : formatInstant(startedAt),
    ...(lastExit === undefined ? {} : { lastExit: { ...lastExit, at: formatInstant(lastExit.at) } }),
  };
}

/** It has no process: it works when its host announces the service's address, which it does while a member is ready. */
function loadBalancerStatus(facts: Facts, { host, project, service, former }: InstanceEntry): InstanceStatus {
  const vip = facts.ledger.vips.get(`${project}/${service}`);
  if (vip !== undefined && announces(facts, host, vip.address)) {
    return { ...still, phase: "Ready", reason: "Announced", message: `${host} announces ${vip.address}` };
  }
  if (former !== undefined)
    return {
      ...still,
      phase: "Draining",
      reason: "Draining",
      message: "leads on what is open and refuses what is new",
    };
  return { ...still, phase: "Starting", reason: "NotAnnounced", message: `${host} does not announce the address yet` };
}

export function instanceObject(facts: Facts, entry: InstanceEntry): WireObject {
  const { id: name, project, service, tier, number, host, network, address } = entry;
  return {
    apiVersion,
    kind: "Instance",
    metadata: { name, project, labels: {}, annotations: {} },
    spec: { service, tier, number, host, network, address: address ?? "" },
    status: { ...instanceStatus(facts, entry) },
  };
}
