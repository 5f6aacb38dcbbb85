/** Every kind of check: a file and one line here. */
import type { CheckSubject } from "@netwright/api";
import { command } from "./command.ts";
import type { CheckKind } from "./look.ts";

type Registry = { readonly [S in CheckSubject]?: CheckKind<S> };

const kinds: Registry = { command };

export function checkKind<S extends CheckSubject>(subject: S): CheckKind<S> {
  const kind: CheckKind<S> | undefined = kinds[subject];
  if (kind === undefined) throw new RangeError(`Invariant: ${subject} is in the registry`);
  return kind;
}
