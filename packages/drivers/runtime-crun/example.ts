/** Workloads for the tests of this folder. */
import { milliseconds, parseIpv6 } from "@netwright/base";
import { workloadMac, type ContainerRun, type WorkloadState } from "@netwright/contract";
import { containerOf, type ContainerInstance } from "./want.ts";

export function webRun(change: Partial<ContainerRun> = {}): ContainerRun {
  return {
    kind: "Container",
    image: "host",
    command: ["sleep", "1000"],
    env: [],
    files: [],
    resources: { cpuMillis: null, memoryBytes: null, pids: 64 },
    stopGracePeriod: milliseconds(3000),
    ...change,
  };
}

export function web(change: Partial<ContainerRun> = {}, number = 1): WorkloadState {
  return {
    id: `shop-web-${number}`,
    service: "shop",
    tier: "web",
    class: 3,
    number,
    address: parseIpv6("::1"),
    mac: workloadMac(3, number),
    run: webRun(change),
    ports: [{ protocol: "tcp", port: 8080 }],
    health: null,
  };
}

export const webInstance = (change: Partial<ContainerRun> = {}, number = 1, project = "default"): ContainerInstance =>
  containerOf({ project }, web(change, number)) as ContainerInstance;

export const file = (path: string, text: string, mode = 0o644) => ({
  path,
  content: Buffer.from(text).toString("base64"),
  mode,
});
