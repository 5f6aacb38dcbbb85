/** Objects as the server sends them. */
import type { Condition, ServiceStage, WireObject } from "@netwright/api";

export function wireObject(
  kind: string,
  name: string,
  parts: { readonly spec?: object; readonly status?: object; readonly metadata?: object } = {},
): WireObject {
  const { spec = {}, status = {}, metadata = {} } = parts;
  return {
    apiVersion: "netwright.dev/v1alpha1",
    kind,
    metadata: { name, ...metadata },
    spec: { ...spec },
    status: { ...status },
  };
}

export const condition = (type: string, status: Condition["status"], details: Partial<Condition> = {}): Condition => ({
  type,
  status,
  reason: type,
  message: "",
  observedGeneration: 1,
  lastTransitionTime: "2026-01-02T03:04:05.678Z",
  ...details,
});

/** service/shop of generation 1, with these stages behind it. */
export function shopAt(stages: readonly ServiceStage[], ready: boolean): WireObject {
  return wireObject("Service", "shop", {
    metadata: { project: "default", generation: 1 },
    status: {
      conditions: [condition("Ready", ready ? "True" : "False", { reason: "NotServed", message: "nobody answers" })],
      stages: stages.map((stage) => ({ stage, took: 3, at: "", detail: `${stage} is over` })),
    },
  });
}
