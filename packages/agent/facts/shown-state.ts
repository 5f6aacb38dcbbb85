/** A node's state as a support bundle has it. Pure. */
import { removed } from "@netwright/base";
import type { HostState } from "@netwright/contract";

const hidden: ReadonlySet<string> = new Set(["content", "secrets"]);

/** Without secrets, contents of files and values of variables: nobody needs them to see what should run. */
export function shownState(state: HostState): unknown {
  return JSON.parse(
    JSON.stringify(state, (key, value: unknown) => {
      if (hidden.has(key)) return removed;
      const isVariable = key === "env" && Array.isArray(value);
      if (!isVariable) return value;
      return (value as readonly { readonly name: string; readonly value?: string }[]).map((each) =>
        each.value === undefined ? each : { ...each, value: removed },
      );
    }),
  ) as unknown;
}
