/** Status of hosts and routers, from their agents' reports. Pure. */
import type { Condition, NodeStatus } from "@netwright/api";
import { formatInstant } from "@netwright/base";
import { ledgerKeys } from "@netwright/compiler";
import { conditionsOf, type Verdict } from "./conditions.ts";
import type { Facts } from "./facts.ts";
import { hostPeered, routerPeered } from "./peering.ts";

export interface NodeInput {
  readonly facts: Facts;
  readonly node: string;
  readonly generation: number;
  readonly before: readonly Condition[];
  /** False for routers of others: no agent of ours runs there. */
  readonly managed: boolean;
}

export function nodeStatus({ facts, node, generation, before, managed }: NodeInput): NodeStatus {
  const heard = facts.reports.get(node);
  const report = heard?.report;
  const told = managed
    ? [
        readyVerdict(facts, node),
        programmedVerdict(facts, node),
        ...hostPeered(facts, node),
        ...evacuatedVerdict(facts, node),
      ]
    : [unmanaged, ...routerPeered(facts, node)];
  const verdicts = told.map((verdict) => ({ ...verdict, observedGeneration: generation }));
  return {
    conditions: [...conditionsOf(verdicts, before, facts.now)],
    agent:
      heard === undefined
        ? null
        : {
            version: heard.report.agent.version,
            pid: heard.report.agent.pid,
            startedAt: formatInstant(heard.report.agent.startedAt),
            lastReportAt: formatInstant(heard.at),
          },
    revision: { desired: facts.states.get(node)?.revision ?? 0, observed: report?.revision ?? 0 },
    sessions: (report?.sessions ?? []).map(({ neighbor, state, since, bfd, problem }) => ({
      neighbor,
      state,
      bfd,
      ...(problem === undefined ? {} : { problem }),
      since: since === null ? null : formatInstant(since),
    })),
    drivers: (report?.drivers ?? []).map(({ slot, driver, missing }) => ({ slot, driver, missing: [...missing] })),
  };
}

type NodeVerdict = Omit<Verdict, "observedGeneration">;

const unmanaged: NodeVerdict = {
  type: "Ready",
  status: "Unknown",
  reason: "Unmanaged",
  message: "it belongs to others; its neighbors report their sessions with it",
};

function readyVerdict(facts: Facts, node: string): NodeVerdict {
  const ready = facts.reports.ready(node);
  if (ready === undefined)
    return { type: "Ready", status: "Unknown", reason: "NotHeardOf", message: "its agent has not reported yet" };
  return ready
    ? { type: "Ready", status: "True", reason: "Reporting", message: "its agent reports" }
    : { type: "Ready", status: "False", reason: "Silent", message: "its agent does not report" };
}

function programmedVerdict(facts: Facts, node: string): NodeVerdict {
  const type = "Programmed";
  const report = facts.reports.get(node)?.report;
  const desired = facts.states.get(node)?.revision ?? 0;
  if (report === undefined)
    return { type, status: "Unknown", reason: "NotHeardOf", message: "its agent has not reported yet" };
  const problem = report.problems[0];
  if (problem !== undefined)
    return { type, status: "False", reason: "Problem", message: `${problem.slot}: ${problem.message}` };
  if (report.revision !== desired)
    return { type, status: "False", reason: "Applying", message: `at revision ${report.revision} of ${desired}` };
  if (!report.converged) return { type, status: "False", reason: "Applying", message: `applies revision ${desired}` };
  return { type, status: "True", reason: "Converged", message: "everything asked for was observed to be there" };
}

/** Of a host that is deleted or not schedulable: whether its instances are elsewhere. */
function evacuatedVerdict({ ledger, objects }: Facts, node: string): readonly NodeVerdict[] {
  const deleted = ledger.entries.has(ledgerKeys.leavingHost(node));
  const host = objects.hosts.get(node)?.object;
  if (!deleted && host?.spec.schedulable !== false) return [];
  const why = deleted ? "the host is deleted" : "the host is not schedulable";
  const left = (ledger.byHost.get(node) ?? []).map(({ id }) => id);
  return [
    left.length === 0
      ? { type: "Evacuated", status: "True", reason: "Empty", message: `${why}, and no instance is on it` }
      : {
          type: "Evacuated",
          status: "False",
          reason: "Evacuating",
          message: `${why}; ${left.join(", ")} ${left.length === 1 ? "is" : "are"} still here`,
        },
  ];
}

/** What instances on the host were promised. */
export function usedOf(
  { ledger }: Facts,
  host: string,
): { readonly cpu: number; readonly memory: number; readonly instances: number } {
  let [cpu, memory] = [0, 0];
  const instances = (ledger.byHost.get(host) ?? []).filter(({ role }) => role !== "LoadBalancer");
  for (const { project, service, tier, template } of instances) {
    const entry = ledger.entries.get(`template/${project}/${service}/${tier}/${template}`);
    if (entry?.kind !== "Template") continue;
    cpu += entry.run.resources.cpuMillis ?? 0;
    memory += entry.run.resources.memoryBytes ?? 0;
  }
  return { cpu, memory, instances: instances.length };
}
