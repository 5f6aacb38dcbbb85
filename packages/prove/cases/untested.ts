/** Why no connection was made up for a clause. Pure. */
import type { ClauseProof, ProofSubject } from "@netwright/api";

/** Of what no connection can show. */
const reasons: Partial<Readonly<Record<ProofSubject, string>>> = {
  AddressPlan: "it is about numbers, not about connections",
  NoLoop: "a packet in a loop is seen by nobody at its ends",
  NoDeadRule: "a rule that no packet can use has no connection",
  NoForgedSource: "a connection comes from an address of its sender",
  Translation: "it is about rules as a whole",
  Kernel: "it is about rules as a whole",
};

const nothing = "no connection of it is there to be tried";

/** @param omitted what was found to be missing */
export const whyUntested = (
  { subject }: Pick<ClauseProof, "subject">,
  omitted: readonly string[] = [],
): readonly string[] => (omitted.length > 0 ? omitted : [reasons[subject] ?? nothing]);
