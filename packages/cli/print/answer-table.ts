/** What rules by name of a service lead to now, host by host. Pure. */
import type { AnswerRecord, WireObject } from "@netwright/api";
import { formatDuration, isPrefix, matchesDomain, type DomainPattern, type Milliseconds } from "@netwright/base";
import { valueAt } from "./columns.ts";
import { renderTable } from "./table.ts";

interface NameRule {
  readonly from: string;
  readonly to: DomainPattern;
}

/** Rules of a Service that are about names. */
export function nameRules(service: WireObject): readonly NameRule[] {
  const rules = (valueAt(service, "spec.egress") ?? []) as readonly NameRule[];
  return rules.filter(({ to }) => !isPrefix(to));
}

/** Empty where nothing was looked up. A host is told of where a tier of such a rule runs: others have their own addresses. */
export function answerTable(service: WireObject, answers: readonly AnswerRecord[]): string {
  const rules = nameRules(service);
  const instances = (valueAt(service, "status.instances") ?? []) as readonly {
    readonly tier: string;
    readonly host: string;
  }[];
  const isLed = ({ network, project, host, name }: AnswerRecord): boolean =>
    network === valueAt(service, "spec.network") &&
    project === service.metadata.project &&
    rules.some(
      ({ from, to }) =>
        (name === to || matchesDomain(to, name)) &&
        instances.some((instance) => instance.tier === from && instance.host === host),
    );
  const rows = answers
    .filter(isLed)
    .map(({ name, address, host, left }) => [
      name,
      address,
      host,
      left === undefined ? "-" : formatDuration((Math.ceil(left / 1000) * 1000) as Milliseconds),
    ]);
  return rows.length === 0 ? "" : renderTable(["NAME", "ADDRESS", "HOST", "LEFT"], rows);
}
