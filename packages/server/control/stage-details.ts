/** What each stage of a change came to, in words. Pure. */
import type { Service, ServiceStage } from "@netwright/api";
import { allowedFlows } from "../status/allowed-flows.ts";
import type { Facts } from "../status/facts.ts";
import type { ObservedService } from "../status/service-status.ts";

type Instance = ObservedService["instances"][number];

/** Not on its way out. */
export const isStaying = ({ phase }: Instance): boolean => phase !== "Draining" && phase !== "Stopping";

const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? "" : "s"}`;

/** A line of text for each stage, from what is so now. */
export function detailsOf(
  service: Service,
  observed: ObservedService,
  facts: Facts,
): Partial<Record<ServiceStage, string>> {
  const { addresses, announcements, instances } = observed;
  const staying = instances.filter(isStaying);
  return {
    address: addresses.map(({ address }) => address).join(", ") || "none: it has no listener",
    placed: placedText(staying) + dataText(service, facts),
    firewall: firewallText(service, staying, facts),
    pulled: [...new Set((observed.images ?? []).map(({ image }) => image))].join(", "),
    running: counted(staying.length, "instance"),
    announced:
      announcements.length === 0
        ? "not exposed"
        : `to ${[...new Set(announcements.map(({ router }) => router))].toSorted().join(", ")}`,
    ready:
      service.spec.expose.length === 0
        ? "for services that it allows"
        : service.spec.expose
            .map(({ hostname, protocol, port }) =>
              protocol === "HTTPS"
                ? `https://${hostname}${port === 443 ? "" : `:${port}`}/`
                : `${protocol} ${hostname}:${port}`,
            )
            .join(", "),
  };
}

const hostsOf = (instances: readonly Instance[]): readonly string[] =>
  [...new Set(instances.map(({ host }) => host))].toSorted();

/** More would not fit on a line. */
const placesMax = 3;

/** `lb, proxy, web on host2 (one each: together)`, or how many of each tier stand on each host. */
function placedText(instances: readonly Instance[]): string {
  const tiers = [...new Set(instances.map(({ tier }) => tier))];
  const places = hostsOf(instances).map((host) => {
    const counts = tiers
      .map((tier) => ({ tier, count: instances.filter((each) => each.host === host && each.tier === tier).length }))
      .filter(({ count }) => count > 0);
    return `${counts.map(({ tier, count }) => (count === 1 ? tier : `${count} ${tier}`)).join(", ")} on ${host}`;
  });
  if (places.length > placesMax) return `${counted(instances.length, "instance")} on ${places.length} hosts`;
  const together = places.length === 1 && tiers.length > 1 && tiers.length === instances.length;
  return `${places.join("; ")}${together ? " (one each: together)" : ""}`;
}

/** `, with notes-book-data-1`: why it is there and nowhere else. */
function dataText({ metadata: { project, name } }: Service, { ledger }: Facts): string {
  const names = (ledger.volumesOf.get(`${project}/${name}`) ?? []).map((each) => each.name);
  if (names.length === 0) return "";
  return `, with ${names.length > 2 ? counted(names.length, "volume") : names.toSorted().join(" and ")}`;
}

/**
 * Rules of the service's network on the hosts of its instances; an agent runs nothing new before they are in force.
 * They are what the host was told, which it has by now: its report of what it counts comes later.
 */
function firewallText(
  { spec, metadata: { project } }: Service,
  instances: readonly Instance[],
  { states }: Facts,
): string {
  const rules = hostsOf(instances).flatMap((host) => {
    const networks = states.get(host)?.state.networks ?? [];
    const network = networks.find((each) => each.name === spec.network && each.project === project);
    return network === undefined ? [] : [{ host, count: allowedFlows(network).length }];
  });
  const counts = rules.map(({ count }) => count);
  const [first] = rules;
  if (first === undefined) return "";
  const [least, most] = [Math.min(...counts), Math.max(...counts)];
  const span = least === most ? counted(most, "rule") : `${least} to ${most} rules`;
  const where = rules.length === 1 ? `${first.host}: ${span}` : `${rules.length} hosts: ${span} each`;
  return `${where}, before the first packet`;
}
