/** `ping`: what becomes of ICMP echoes, one after the other. */
import { hostFor } from "./nodes.ts";
import type { CheckKind } from "./look.ts";
import type { ProbeOrder } from "@netwright/system/probing/probe-words.ts";
import { patienceOf } from "./probe/run-probes.ts";
import { fateLook, outcomes } from "./tcp.ts";

export const ping: CheckKind<"ping"> = {
  title: ({ to, is, size }, at) => `${at}: ping ${to}${size === undefined ? "" : ` (${size} octets)`} is ${is}`,
  look: async (look) => {
    const { to, is, count, size, fragment, family } = look.spec;
    const probe: ProbeOrder = {
      protocol: "icmp",
      host: hostFor(look.world.topology, look.at as string, to, family),
      patience: patienceOf(look.check, is),
      whole: !fragment,
      ...(size === undefined ? {} : { size }),
      ...(family === undefined ? {} : { family }),
    };
    const found = await outcomes(look, [probe, ...Array.from({ length: count - 1 }, () => probe)]);
    const others = found.filter(({ fate }) => fate !== is);
    // One that is known to be other decides; where there are none but unknown ones, nothing does.
    const first = others.find(({ fate }) => fate !== undefined) ?? others[0] ?? found[0];
    const many = count === 1 ? "" : `${count - others.length} of ${count} ${is}`;
    const seen =
      count === 1
        ? first.seen
        : others.length === 0
          ? `${many}: ${first.seen}`
          : `${many}, the first other: ${first.seen}`;
    return { ...fateLook(first.fate, is), expected: count === 1 ? is : `${count} of ${count} ${is}`, seen };
  },
};
