/** Slot `proxy`: one HAProxy process per proxy instance, in that instance's network namespace. */
import type { Driver, NodeSystem } from "@netwright/contract";
import { apply } from "./apply.ts";
import { observe, type ProxyHave } from "./observe.ts";
import { describe, plan, type ProxyChange } from "./plan.ts";
import { want, type ProxyWant } from "./want.ts";

export { readProxyHealth, type ProxyHealth, type ProxyTraffic } from "./health.ts";
export { readProxyUsage, type MemberUsage, type ProxyUsage } from "./usage.ts";
export type { MemberStatus, RuntimeMember } from "./parse.ts";

export const proxyHaproxy: Driver<ProxyWant, ProxyHave, ProxyChange> = {
  slot: "proxy",
  name: "haproxy",
  probe,
  want,
  observe,
  plan,
  apply,
  describe,
};

/** `add server` with checks, and `del server` of any server, came with 2.6. */
async function probe({ runner, files }: NodeSystem): Promise<readonly string[]> {
  const result = await runner.run(["haproxy", "-v"]).catch(() => undefined);
  const version = /version (\d+)\.(\d+)/.exec(result?.stdout ?? "");
  if (version === null) return ["HAProxy is not installed (package haproxy)"];
  const [major, minor] = [Number(version[1]), Number(version[2])];
  const old = major < 2 || (major === 2 && minor < 6);
  return [
    ...(old ? [`HAProxy ${major}.${minor} is too old: members are changed by the runtime API of 2.6`] : []),
    ...((await files.exists("/var/lib/haproxy")) ? [] : ["/var/lib/haproxy, to which HAProxy is confined, is missing"]),
  ];
}
