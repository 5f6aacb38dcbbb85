/** What an instance is promised, and what is left of a host. */
import { printCpu, printOctets, type Host, type MilliCpu, type Octets } from "@netwright/api";
import type { TemplateEntry } from "../ledger-entries.ts";

/** Thousandths of a CPU, octets, and processes of its own (a load balancer has none). */
export interface Demand {
  readonly cpu: number;
  readonly memory: number;
  readonly instances: number;
}

export const noDemand: Demand = { cpu: 0, memory: 0, instances: 0 };

export const demandOf = (template: Pick<TemplateEntry, "run"> | undefined): Demand => ({
  cpu: template?.run.resources.cpuMillis ?? 0,
  memory: template?.run.resources.memoryBytes ?? 0,
  instances: 1,
});

export const addDemand = (a: Demand, b: Demand): Demand => ({
  cpu: a.cpu + b.cpu,
  memory: a.memory + b.memory,
  instances: a.instances + b.instances,
});

/** Why it does not fit, in words; undefined when it does. */
export function misfit(host: Host, used: Demand, wanted: Demand): string | undefined {
  const { cpu, memory, instances } = host.spec.capacity;
  const after = addDemand(used, wanted);
  if (after.instances > instances) return `full: ${used.instances} of ${instances} instances`;
  if (cpu !== undefined && after.cpu > cpu)
    return `cpu: ${amount(used.cpu, printMillis)} of ${printCpu(cpu)} promised, ${printMillis(wanted.cpu)} more asked for`;
  if (memory !== undefined && after.memory > memory) {
    return `memory: ${amount(used.memory, printSize)} of ${printOctets(memory)} promised, ${printSize(wanted.memory)} more asked for`;
  }
  return undefined;
}

const amount = (value: number, print: (value: number) => string): string => (value === 0 ? "none" : print(value));
const printMillis = (value: number): string => printCpu(value as MilliCpu);
const printSize = (value: number): string => printOctets(value as Octets);
