/** `tcp`: what becomes of a connection. */
import { parseTarget, type Fate } from "@netwright/api";
import { hostFor } from "./nodes.ts";
import type { CheckKind, Look, LookAt } from "./look.ts";
import { outcomeOf, type Outcome } from "./probe/outcome.ts";
import type { ProbeOrder } from "@netwright/system/probing/probe-words.ts";
import { patienceOf, runProbes } from "./probe/run-probes.ts";

export const tcp: CheckKind<"tcp"> = {
  title: ({ to, is }, at) => `${at}: TCP ${to} is ${is}`,
  look: async (look) => {
    const { fate, seen } = await connectTo(look, look.spec);
    return { ...fateLook(fate, look.spec.is), expected: look.spec.is, seen };
  },
};

/** A fate that cannot be told is none. */
export const fateLook = (fate: Fate | undefined, is: Fate): Pick<Look, "ok" | "unknown"> =>
  fate === undefined ? { ok: false, unknown: true } : { ok: fate === is };

/** One connection that is closed as soon as it is open. */
export async function connectTo(
  look: Pick<LookAt<"tcp">, "at" | "check" | "world" | "limit">,
  { to, is, family }: { readonly to: string; readonly is: Fate; readonly family?: 4 | 6 },
): Promise<Outcome> {
  return (
    await outcomes(look, [{ protocol: "tcp", ...targetOf(look, to, family), patience: patienceOf(look.check, is) }])
  )[0];
}

/** @throws RangeError for what the schema does not let through. */
export function targetOf(
  { at, world }: Pick<LookAt<"tcp">, "at" | "world">,
  text: string,
  family: 4 | 6 | undefined,
): Pick<ProbeOrder, "host" | "port" | "family"> {
  const target = parseTarget(text);
  if (target === undefined) throw new RangeError(`Invariant: ${text} is HOST:PORT`);
  const host = hostFor(world.topology, at as string, target.host, family);
  return { ...target, host, ...(family === undefined ? {} : { family }) };
}

/** Of each probe; there is at least one. */
export async function outcomes(
  { at, world, limit }: Pick<LookAt<"tcp">, "at" | "world" | "limit">,
  probes: readonly [ProbeOrder, ...ProbeOrder[]],
): Promise<readonly [Outcome & { readonly answer: string }, ...(Outcome & { readonly answer: string })[]]> {
  const node = at as string;
  const results = await runProbes({ world, node, probes, series: probes.length > 1, limit });
  const all = results.map((result) =>
    result === undefined
      ? { fate: undefined, seen: "not known: the time of the look was over", answer: "" }
      : { ...outcomeOf(world.topology, node, result), answer: result.answer },
  );
  return all as [(typeof all)[number], ...typeof all];
}
