/** The history as people of one project see it. */
import type { ChangeSummary } from "@netwright/api";
import { isVisibleName, type Scope } from "./scope.ts";

interface AnyChange {
  readonly message: string;
  readonly objects: readonly { readonly object: string }[];
  readonly accepted?: ChangeSummary["accepted"];
}

/** True when it touched anything that the scope sees. */
export const concerns = (scope: Scope, { objects }: AnyChange): boolean =>
  objects.some(({ object }) => isVisibleName(scope, object));

/** True when it touched nothing else. */
export const isWholly = (scope: Scope, { objects }: AnyChange): boolean =>
  objects.every(({ object }) => isVisibleName(scope, object));

export const visibleSummaries = (scope: Scope, changes: readonly ChangeSummary[]): readonly ChangeSummary[] =>
  changes.filter((change) => concerns(scope, change)).map((change) => withoutOthers(scope, change));

export const visibleChange = <T extends AnyChange>(scope: Scope, change: T): T => withoutOthers(scope, change);

/** A message is about all of a change, so that of one that others have a part in is not told. */
function withoutOthers<T extends AnyChange>(scope: Scope, change: T): T {
  const own = withoutOthersContracts(scope, change);
  if (isWholly(scope, own)) return own;
  return { ...own, objects: own.objects.filter(({ object }) => isVisibleName(scope, object)), message: "" };
}

/** Whose contracts a change broke is not told by whose objects it is of. */
function withoutOthersContracts<T extends AnyChange>(scope: Scope, change: T): T {
  const seen = change.accepted?.filter(({ object }) => isVisibleName(scope, object)) ?? [];
  if (seen.length === (change.accepted?.length ?? 0)) return change;
  return { ...change, accepted: seen };
}
