/** What a tier +1 must leave alone: engines, sessions, rules and their counters, other hosts. */
import type { HostState } from "@netwright/contract";
import type { Benchmark, Case } from "../tools/measure/benchmark.ts";
import { shop, startLab, tierIs, type BenchLab } from "./support/lab.ts";
import { lines } from "./support/shell.ts";
import { told } from "./support/told.ts";

interface Snapshot {
  /** Engine processes with their start: `NODE PID START COMMAND`. */
  readonly engines: ReadonlySet<string>;
  /** `NODE PROTOCOL STATE SINCE`. */
  readonly sessions: ReadonlySet<string>;
  /** Packets counted by rule, of rules without a counter 0: by node, namespace, chain and handle. */
  readonly rules: ReadonlyMap<string, number>;
  /** What each node was rulesTold about rules, as JSON. */
  readonly rulesTold: ReadonlyMap<string, string>;
}

const nodesOf = ({ record }: BenchLab): readonly string[] =>
  record.topology.nodes.filter(({ role }) => role === "Host" || role === "Edge").map(({ name }) => name);

/** In the node's own words: its namespaces are the node's and those under /run/netns. */
const rulesScript = `nft -a list ruleset | sed "s/^/root /"
for file in /run/netns/nw*; do [ -e "$file" ] && nsenter --net="$file" nft -a list ruleset | sed "s!^!\${file##*/} !"; done; true`;

async function snapshot(lab: BenchLab): Promise<Snapshot> {
  const [engines, sessions, rules, rulesTold] = [
    new Set<string>(),
    new Set<string>(),
    new Map<string, number>(),
    new Map<string, string>(),
  ];
  for (const node of nodesOf(lab)) {
    for (const line of lines(await lab.runAt(node, "ps", "-eo", "pid,lstart,comm", "--no-headers")))
      if (/ (bird|haproxy|tini|node|crun)$/.test(line)) engines.add(`${node} ${line.trim()}`);
    for (const line of lines(await lab.runAt(node, "birdc", "-s", "/run/netwright/bird/bird.ctl", "show", "protocols")))
      if (/ BGP /.test(line)) sessions.add(`${node} ${line.replaceAll(/\s+/g, " ")}`);
    for (const [rule, packets] of rulesIn(await lab.runAt(node, "sh", "-c", rulesScript)))
      rules.set(`${node} ${rule}`, packets);
    const { state } = await lab.client.nodes.state<HostState>(node);
    rulesTold.set(
      node,
      JSON.stringify(
        state.networks.map(({ policy, loadBalancers, deliveries }) => ({ policy, loadBalancers, deliveries })),
      ),
    );
  }
  return { engines, sessions, rules, rulesTold };
}

/** Every rule with a handle, and the packets that it has counted. */
function* rulesIn(listing: string): Generator<readonly [string, number]> {
  let place = "";
  for (const line of lines(listing)) {
    const [netns, text] = [line.slice(0, line.indexOf(" ")), line.slice(line.indexOf(" ") + 1).trim()];
    const opened = /^(?:table|chain|set|map) .*\{/.exec(text);
    if (opened !== null) place = `${netns} ${opened[0]}`;
    const handle = /# handle (\d+)$/.exec(text)?.[1];
    if (handle === undefined) continue;
    yield [`${place} ${handle}`, Number(/counter packets (\d+)/.exec(text)?.[1] ?? 0)];
  }
}

const missing = (before: ReadonlySet<string>, after: ReadonlySet<string>): number =>
  [...before].filter((each) => !after.has(each)).length;

/** Rules that are gone, and rules that count from the beginning again. */
const renewed = (before: Snapshot["rules"], after: Snapshot["rules"]): number =>
  [...before].filter(([rule, packets]) => (after.get(rule) ?? -1) < packets).length;

/** Octets of rules sent to nodes that did not get the new instance. */
function toOthers(before: Snapshot["rulesTold"], after: Snapshot["rulesTold"], concerned: ReadonlySet<string>): number {
  const others = [...after].filter(([node, rules]) => !concerned.has(node) && before.get(node) !== rules);
  return others.reduce((sum, [, rules]) => sum + rules.length, 0);
}

async function hostOf(lab: BenchLab, instance: string): Promise<string> {
  const { spec } = await lab.client.get({ kind: "Instance", name: instance, project: "default" });
  return (spec as { readonly host: string }).host;
}

const none = { of: "median", atMost: 0 } as const;

async function scaled(): Promise<readonly Case[]> {
  const lab = await startLab("bench-unchanged");
  try {
    await lab.netwright("apply", "-f", shop);
    await lab.netwright("scale", "service/shop", "web=2");
    await tierIs(lab, "web", 2);
    const before = await snapshot(lab);
    await lab.netwright("scale", "service/shop", "web=3");
    await tierIs(lab, "web", 3);
    const after = await snapshot(lab);
    const concerned = new Set([await hostOf(lab, "shop-web-3")]);
    return [
      told(`engines that ended, of ${before.engines.size}`, "engines", missing(before.engines, after.engines), none),
      told(
        `sessions begun anew, of ${before.sessions.size}`,
        "sessions",
        missing(before.sessions, after.sessions),
        none,
      ),
      told(`rules or counters made anew, of ${before.rules.size}`, "rules", renewed(before.rules, after.rules), none),
      told("rules sent to other nodes", "B", toOthers(before.rulesTold, after.rulesTold, concerned), none),
    ];
  } finally {
    await lab.down();
  }
}

export const benchmark: Benchmark = {
  name: "unchanged",
  bar: "a tier +1 ends no engine and no session, renews no rule, and sends no rule to any other host",
  cases: scaled,
};
