/** Routes in the kernel that carry our mark: BIRD's protocol number and our metric. */
import type { Ipv6Prefix } from "@netwright/base";
import type { NodeSystem } from "@netwright/contract";
import { prefixOf } from "./parse-routes.ts";
import { kernelMetric } from "./render-config.ts";

const marked = ["proto", "bird", "metric", String(kernelMetric)] as const;

export async function kernelRoutes({ runner }: NodeSystem): Promise<readonly Ipv6Prefix[]> {
  const { stdout } = await runner.run(["ip", "-6", "route", "show", ...marked]);
  return parseKernelRoutes(stdout);
}

export async function flushKernelRoutes({ runner }: NodeSystem): Promise<void> {
  await runner.run(["ip", "-6", "route", "flush", ...marked]);
}

/** Next hops of a route over several stand on lines of their own, indented. Pure. */
export function parseKernelRoutes(text: string): readonly Ipv6Prefix[] {
  return text.split("\n").flatMap((line) => {
    const destination = /^(?:unreachable )?([0-9a-f:]+(?:\/\d+)?|default)\s/.exec(line)?.[1];
    if (destination === undefined) return [];
    const whole = destination === "default" ? "::/0" : destination.includes("/") ? destination : `${destination}/128`;
    return prefixOf(whole) ?? [];
  });
}
