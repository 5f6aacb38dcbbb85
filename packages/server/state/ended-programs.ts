/** Programs that ended since a node's last report, as events of their services. Pure. */
import { ledgerKeys, type Ledger } from "@netwright/compiler";
import type { NodeReport } from "@netwright/contract";
import type { NewEvent } from "./events.ts";
import { displayName } from "./objects.ts";

/** @param before undefined: what ended then was told before the server was started */
export function endedPrograms(before: NodeReport | undefined, now: NodeReport, ledger: Ledger): readonly NewEvent[] {
  if (before === undefined) return [];
  const known = new Map(before.instances.map(({ project, id, lastExit }) => [`${project}/${id}`, lastExit?.at]));
  return now.instances.flatMap(({ project, id, lastExit }): NewEvent[] => {
    const entry = ledger.get(ledgerKeys.instance(project, id));
    if (lastExit === undefined || entry?.kind !== "Instance" || known.get(`${project}/${id}`) === lastExit.at)
      return [];
    const object = displayName({ kind: "Service", project, name: entry.service });
    return [{ object, type: "Warning", reason: lastExit.reason, message: `${id} on ${now.node} ${lastExit.message}` }];
  });
}
