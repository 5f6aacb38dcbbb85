/** Faults as drawings show them: at the link or node that they happen to. Pure. */
import type { FaultStatus } from "../faults/store.ts";
import { findLink } from "../topology/find.ts";
import type { Topology } from "../topology/topology.ts";

export interface DrawnFault {
  /** Name of the link or node; `partition` stands for none of them. */
  readonly subject: string;
  readonly effect: string;
}

export const faultsToDraw = (
  topology: Topology,
  faults: readonly Pick<FaultStatus, "description" | "fault" | "state">[],
): readonly DrawnFault[] =>
  faults
    .filter(({ state }) => state === "Active")
    .map(({ description, fault: { link } }) => {
      const [subject = "", ...rest] = description.split(": ");
      return { subject: link === undefined ? subject : findLink(topology, link).link.name, effect: rest.join(": ") };
    });
