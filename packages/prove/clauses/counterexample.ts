/** What shows that a clause is broken: packets, sent through the model. */
import type { Counterexample } from "@netwright/api";
import type { HostState } from "@netwright/contract";
import { printEnd } from "../classes/ends.ts";
import type { Local } from "../classes/network.ts";
import type { Context } from "./context.ts";
import type { Breaks, Flaw } from "./judgement.ts";
import { exampleOf, pathOf, rulesOn, show, type Scene, type Shown } from "./scene.ts";

export function counterexampleOf(
  context: Context,
  broken: Breaks | Flaw,
  when: Counterexample["when"],
): Counterexample {
  if (broken.kind === "Flaw") return { message: broken.message, when, packet: null, path: [], rules: broken.rules };
  const scene = sceneOf(context, broken, when);
  const shown = broken.packets.map(({ attempt, at }) => show(scene, attempt, at));
  const path = shown.flatMap(({ trace }) => pathOf(trace));
  const [first] = shown;
  return {
    message: messageOf(broken, shown, when),
    when,
    packet: first === undefined ? null : exampleOf(first.packet),
    path,
    rules: rulesOn(path),
  };
}

function messageOf({ kind, from, to, at, why }: Breaks, shown: readonly Shown[], when: Counterexample["when"]): string {
  const port = at === undefined ? "" : ` at ${at.protocol.toUpperCase()} port ${at.port}`;
  const moment = when === "After" ? "" : when === "During" ? "during the change, " : `when ${when.lost} is lost, `;
  const reason = shown.at(-1)?.trace.reason;
  const verb = kind === "Reaches" ? "reaches" : "does not reach";
  const because = kind === "Reaches" && why !== "" ? ` ${why}` : "";
  const told = [
    kind === "DoesNotReach" && (typeof when === "object" || reason === undefined) ? why : undefined,
    reason,
  ].filter((each) => each !== undefined && each !== "");
  return `${moment}${printEnd(from)} ${verb} ${printEnd(to)}${port}${because}${told.length === 0 ? "" : `: ${told.join("; ")}`}`;
}

/** Whole networks of the ends that it is about, and those of public addresses that packets go to. */
function sceneOf({ stage }: Context, { packets }: Breaks, when: Counterexample["when"]): Scene {
  const { after, before } = stage;
  const nodes = new Map(after.nodes);
  if (typeof when === "object") nodes.delete(when.lost);
  const hostOf = ({ node, side }: Local): HostState =>
    ((side === "Before" ? before?.nodes.get(node) : undefined) ??
      after.nodes.get(node) ??
      before?.nodes.get(node)) as HostState;
  if (when === "During") for (const [name, state] of before?.nodes ?? []) if (!nodes.has(name)) nodes.set(name, state);
  return { nodes, hostOf, vnis: vnisOf(stage, packets) };
}

function vnisOf({ after, before }: Context["stage"], packets: Breaks["packets"]): ReadonlySet<number> {
  const vnis = new Set<number>();
  for (const { attempt } of packets) {
    if (attempt.kind !== "Public") vnis.add(attempt.from.state.vni);
    if (attempt.kind === "Inside") continue;
    for (const graph of [after.graph, before?.graph])
      for (const network of graph?.networksOf(attempt.destination) ?? []) vnis.add(network.vni);
  }
  return vnis;
}
