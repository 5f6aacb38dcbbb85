/**
 * Rules that somebody has changed in a way that no packet notices: two that do not meet in another order, one that is there
 * twice. No proof is refuted by it, and yet it is not what was loaded.
 */
import { nftTable } from "@netwright/contract";
import { programOf } from "../tables/nft-rules.ts";
import type { NftTable } from "../tables/nft-text.ts";
import type { Chain, Program, Rule, Step } from "../tables/program.ts";
import type { KernelDifference } from "./difference.ts";

/** @param loaded what was loaded, as text was rendered for it */
export function changedByHand(
  netns: string | null,
  loaded: readonly NftTable[],
  found: readonly NftTable[],
): readonly KernelDifference[] {
  return loaded.flatMap((table) => {
    const there = found.find(({ family, name }) => family === table.family && name === nftTable);
    if (there === undefined) return [];
    return compareChains(netns, programOf(table), programOf(there));
  });
}

function compareChains(netns: string | null, loaded: Program, found: Program): readonly KernelDifference[] {
  const names = new Set([...loaded.chains.keys(), ...found.chains.keys()]);
  return [...names].flatMap((name) => {
    const [meant, there] = [loaded.chains.get(name), found.chains.get(name)];
    const made = (entry: string, wanted: string | null, is: string | null): KernelDifference => ({
      kind: "Rules",
      netns,
      entry,
      wanted,
      found: is,
      packet: null,
      example: null,
      isSure: true,
    });
    if (meant === undefined || there === undefined)
      return [made(`chain ${name}`, meant && headOf(meant) ? headOf(meant) : null, there ? headOf(there) : null)];
    if (headOf(meant) !== headOf(there)) return [made(`chain ${name}`, headOf(meant), headOf(there))];
    const length = Math.max(meant.rules.length, there.rules.length);
    const at = Array.from({ length }, (_, index) => index).find(
      (index) => keyOf(meant.rules[index]) !== keyOf(there.rules[index]),
    );
    if (at === undefined) return [];
    return [made(`${name} rule ${at + 1}`, meant.rules[at]?.text ?? null, there.rules[at]?.text ?? null)];
  });
}

const headOf = ({ hook, policy }: Chain): string =>
  hook === null ? "no hook" : `${hook.type} ${hook.hook} ${hook.priority} policy ${policy}`;

/** One text for what means the same, however it is written; a match that is asked twice counts once. */
function keyOf(rule: Rule | undefined): string | undefined {
  if (rule === undefined) return undefined;
  return [...new Set(rule.steps.map(stepKey))].join(" | ");
}

function stepKey(step: Step): string {
  if (step.kind === "Test") return `${step.negated ? "not " : ""}${step.test.key}`;
  if (step.kind === "Branch")
    return step.cases.map(({ test, verdict }) => `${test.key} ${JSON.stringify(verdict)}`).join();
  return step.kind === "Translate" ? `${step.end} ${step.to.key}` : JSON.stringify(step);
}
