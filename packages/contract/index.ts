/** Types and promises between the compiler, the agent, the drivers and the store. */
export * from "./bgp-state.ts";
export * from "./candidates.ts";
export * from "./driver.ts";
export * from "./host-state.ts";
export * from "./kernel-readback.ts";
export * from "./latency-buckets.ts";
export * from "./maglev.ts";
export * from "./metrics.ts";
export * from "./names.ts";
export * from "./probe.ts";
export * from "./reachable-hosts.ts";
export * from "./report.ts";
export * from "./site-addresses.ts";
export * from "./store.ts";
export * from "./system.ts";
export * from "./workload-state.ts";
