/** Names by address, as resolvers of networks have answered them where rules are about names. Pure. */
import type { ConnectionTrace } from "@netwright/api";
import { isPrefix, matchesDomain, type Ipv6 } from "@netwright/base";
import type { AnsweredAddress, HostState, NetworkState } from "@netwright/contract";
import type { Answered } from "@netwright/model";
import type { Reports } from "../state/reports.ts";

type Network = Pick<NetworkState, "project" | "name">;

export const answeredHere = (reports: Reports, node: string, { project, name }: Network): readonly AnsweredAddress[] =>
  reports.get(node)?.report.networks.find((each) => each.project === project && each.name === name)?.answered ?? [];

/** For the model: what is let through now. */
export const answeredIn =
  (reports: Reports): Answered =>
  (node, network) => {
    const names = new Map<Ipv6, readonly string[]>();
    for (const { name, address, live } of answeredHere(reports, node, network))
      if (live) names.set(address, [...(names.get(address) ?? []), name]);
    return names;
  };

/** Who asks for a name, and what for. */
export interface NameQuestion {
  readonly project: string;
  readonly instance: string;
  readonly name: string;
  readonly protocol: "tcp" | "udp";
  readonly port: number;
}

interface Asker {
  readonly state: HostState;
  readonly network: NetworkState;
}

function askerOf(states: readonly HostState[], { project, instance }: NameQuestion): Asker | undefined {
  for (const state of states) {
    const network = state.networks.find(
      (each) => each.project === project && each.workloads.some(({ id }) => id === instance),
    );
    if (network !== undefined) return { state, network };
  }
  return undefined;
}

/** One that is let through now before one that was. */
export function addressOfName(
  reports: Reports,
  states: readonly HostState[],
  question: NameQuestion,
): Ipv6 | undefined {
  const asker = askerOf(states, question);
  if (asker === undefined) return undefined;
  const found = answeredHere(reports, asker.state.node, asker.network).filter(({ name }) => name === question.name);
  return (found.find(({ live }) => live) ?? found[0])?.address;
}

/** Where nobody has looked the name up yet, its address is not known here: all that can be told is whether a rule is there. */
export function traceUnanswered(states: readonly HostState[], question: NameQuestion): ConnectionTrace {
  const { instance, name, protocol, port } = question;
  const asker = askerOf(states, question);
  const place = asker === undefined ? instance : `${asker.state.node} ${asker.network.project}.${asker.network.name}`;
  const from = asker?.network.workloads.find(({ id }) => id === instance)?.class;
  const entries = (asker?.network.egress ?? []).filter(
    (each) => each.from === from && each.protocol === protocol && each.port === port,
  );
  const entry = entries.find(({ to }) => !isPrefix(to) && matchesDomain(to, name));
  if (entry === undefined) {
    const prefixes = entries.flatMap(({ to }) => (isPrefix(to) ? [to] : []));
    const none = `no rule by name leads to ${protocol} port ${port} there`;
    // Without a rule by name no resolver tells what it answers.
    const perhaps = `one by prefix leads to ${prefixes.join(", ")}: trace to the address of ${name} instead`;
    const why = `nobody here has looked ${name} up, and ${none}${prefixes.length === 0 ? "" : `; ${perhaps}`}`;
    return {
      verdict: "Dropped",
      hops: [{ place, step: "drop", detail: why, findings: [] }],
      reason: `${place}: ${why}`,
    };
  }
  const detail = `${entry.to}, ${protocol} port ${port}: what ${name} has as address, once ${instance} looks it up`;
  return {
    verdict: "Delivered",
    hops: [{ place, step: "firewall: egress allowed", detail, rule: entry.origin, findings: [] }],
    reason: `a rule leads to ${name}; it has no address here until ${instance} looks it up`,
  };
}
