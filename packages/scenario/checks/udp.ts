/** `udp`: what becomes of a datagram, and what is answered. */
import { printExpectation, shown, textProblem } from "./expect-text.ts";
import type { CheckKind } from "./look.ts";
import { patienceOf } from "./probe/run-probes.ts";
import { fateLook, outcomes, targetOf } from "./tcp.ts";

export const udp: CheckKind<"udp"> = {
  title: ({ to, is }, at) => `${at}: UDP ${to} is ${is}`,
  look: async (look) => {
    const { to, is, send, answer, family } = look.spec;
    const probe = {
      protocol: "udp",
      ...targetOf(look, to, family),
      patience: patienceOf(look.check, is),
      send,
    } as const;
    const [outcome] = await outcomes(look, [probe]);
    const expected = [is, printExpectation("answer", answer)].filter((part) => part !== "").join(", ");
    if (outcome.fate !== is || is !== "Open") return { ...fateLook(outcome.fate, is), expected, seen: outcome.seen };
    const problem = textProblem(outcome.answer, answer);
    const seen = `${outcome.seen}, answer ${problem ?? shown(outcome.answer)}`;
    return { ok: problem === undefined, expected, seen };
  },
};
