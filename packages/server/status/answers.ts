/** What resolvers of all hosts have answered for names that rules are about. Pure. */
import type { AnswerRecord } from "@netwright/api";
import type { Instant } from "@netwright/base";
import type { Heard } from "../state/reports.ts";

/** What is let through now, by host, network and name. @param scope the project that is looked at; null: all. */
export function answersNow(heard: Iterable<Heard>, now: Instant, scope: string | null = null): readonly AnswerRecord[] {
  const rows = [...heard].flatMap((each) => answersOf(each, now));
  const own = scope === null ? rows : rows.filter(({ project }) => project === scope);
  const keyOf = ({ host, project, network, name, address }: AnswerRecord): string =>
    [host, project, network, name, address].join(" ");
  return own.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
}

function answersOf({ report, at }: Heard, now: Instant): readonly AnswerRecord[] {
  return report.networks.flatMap(({ project, name: network, answered = [] }) =>
    answered.flatMap(({ name, address, live, goodUntil }): readonly AnswerRecord[] => {
      // The host's clock may be wrong: its report tells by how much, but for the way here.
      const left = goodUntil === undefined ? undefined : Math.round(goodUntil - report.at - (now - at));
      if (!live || (left !== undefined && left <= 0)) return [];
      return [{ host: report.node, project, network, name, address, ...(left === undefined ? {} : { left }) }];
    }),
  );
}
