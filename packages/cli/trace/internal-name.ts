/** What the resolver of an instance's network says to a name below `internal.`. Pure. */
import type { TraceHop, WireObject } from "@netwright/api";
import { valueAt } from "../print/columns.ts";

export interface InternalAnswer {
  readonly address: string | undefined;
  readonly hop: TraceHop;
}

interface Site {
  readonly instances: readonly WireObject[];
  readonly services: readonly WireObject[];
}

export const isInternal = (host: string): boolean => host.endsWith(".internal");

/** @param asker name of an instance; undefined for somebody outside every network */
export function internalAnswer({ instances, services }: Site, asker: string | undefined, host: string): InternalAnswer {
  const asking = instances.find(({ metadata }) => metadata.name === asker);
  const network = asking === undefined ? undefined : String(valueAt(asking, "spec.network"));
  const place = network === undefined ? "dns" : `resolver of network ${network}`;
  const hop = (detail: string, ...findings: string[]) => ({ place, step: `answers ${host}`, detail, findings });
  if (network === undefined) {
    return { address: undefined, hop: hop("no address", `${host} is a name inside a network: trace from an instance`) };
  }
  const [service = "", tier, ...rest] = host.slice(0, -".internal".length).split(".").toReversed();
  const known = services.find((each) => each.metadata.name === service && valueAt(each, "spec.network") === network);
  const tiers = workloadTiers(known);
  const asked = tier ?? tiers[0] ?? "";
  if (rest.length > 0 || !tiers.includes(asked)) {
    return { address: undefined, hop: hop("no such name", `network ${network} has no ${host}`) };
  }
  const addresses = instances
    .filter((each) => valueAt(each, "spec.service") === service && valueAt(each, "spec.tier") === asked)
    .filter((each) => valueAt(each, "status.phase") === "Ready")
    .map((each) => String(valueAt(each, "spec.address")));
  if (addresses.length > 0) return { address: addresses[0], hop: hop(addresses.join(", ")) };
  return { address: undefined, hop: hop("no address", `no instance of tier ${asked} is ready`) };
}

const workloadTiers = (service: WireObject | undefined): readonly string[] =>
  ((valueAt(service, "spec.tiers") ?? []) as readonly { readonly name: string; readonly workload?: object }[])
    .filter(({ workload }) => workload !== undefined)
    .map(({ name }) => name);
