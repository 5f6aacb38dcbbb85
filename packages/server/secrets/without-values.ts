import type { HostState } from "@netwright/contract";

/** A node's state for readers that are not its agent, and for its hash. */
export function withoutValues(state: HostState): HostState {
  const { secrets } = state;
  return secrets === undefined ? state : { ...state, secrets: secrets.map(({ digest }) => ({ digest })) };
}
