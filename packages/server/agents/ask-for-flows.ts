/** While somebody watches denied flows, agents look at them often; at all other times they do so seldom. */
import { seconds } from "@netwright/base";
import type { ServerContext } from "../routes/context.ts";

/** Until an agent that does not answer is asked again, and until a host that is new is asked first. */
const pause = seconds(1);

/** Keeps a request open at every host until the signal aborts. What agents see comes with their reports. */
export function askForFlows(context: Pick<ServerContext, "states" | "requests" | "clock">, signal: AbortSignal): void {
  const asked = new Set<string>();
  const askAll = async (): Promise<void> => {
    while (!signal.aborted) {
      const hosts = [...context.states.all().values()].filter(({ state }) => state.role === "Host");
      for (const { state } of hosts) {
        if (asked.has(state.node)) continue;
        asked.add(state.node);
        void keepAsking(context, state.node, signal).finally(() => asked.delete(state.node));
      }
      await context.clock.sleep(pause, signal).catch(() => {});
    }
  };
  void askAll();
}

/** Resolves when the agent ends its answer or gives none. */
async function keepAsking(
  { requests }: Pick<ServerContext, "requests">,
  node: string,
  signal: AbortSignal,
): Promise<void> {
  try {
    const output = (await requests.ask(node, { kind: "Flows" }, signal)).getReader();
    const cancel = (): void => void output.cancel().catch(() => {});
    signal.addEventListener("abort", cancel, { once: true });
    try {
      if (signal.aborted) cancel();
      while (!(await output.read()).done) continue;
    } finally {
      signal.removeEventListener("abort", cancel);
    }
  } catch {
    // Its reports still come, only later.
  }
}
