/** The ladder of a Service: Accepted, ResolvedRefs, Placed, Programmed, Announced, CertificateReady, Ready. Pure. */
import {
  objectName,
  serviceChain,
  type Condition,
  type Service,
  type ServiceStatus,
  type TierRolloutStatus,
} from "@netwright/api";
import type { ErrorCode } from "@netwright/base";
import { sizedService, type VipEntry } from "@netwright/compiler";
import { reachesUpstream, type Announcement } from "./announcements.ts";
import { judgeCertificates } from "./certificate-status.ts";
import type { Verdict } from "./conditions.ts";
import type { Facts } from "./facts.ts";
import { awaitedLead, takingPart } from "./lead-status.ts";
import { peeringTroubles } from "./peering.ts";
import { textOf } from "../state/objects.ts";
import { judgePulled } from "./image-status.ts";
import type { ServiceInstance } from "./service-status.ts";
import { judgeRollouts } from "./tier-rollout-status.ts";

export interface VerdictInput {
  readonly facts: Facts;
  readonly service: Service;
  readonly before: readonly Condition[];
  readonly needed: ReadonlyMap<string, number>;
  readonly vip: VipEntry | undefined;
  readonly instances: readonly ServiceInstance[];
  readonly announcements: readonly Announcement[];
  readonly images: NonNullable<ServiceStatus["images"]>;
  readonly rollouts: readonly TierRolloutStatus[];
}

type Judgement = Pick<Verdict, "status" | "reason" | "message">;

const yes = (reason: string, message: string): Judgement => ({ status: "True", reason, message });
const no = (reason: string, message: string): Judgement => ({ status: "False", reason, message });

export function serviceVerdicts(input: VerdictInput): readonly Verdict[] {
  const generation = input.service.metadata.generation ?? 0;
  const placed = judgePlaced(input);
  const programmed = judgeProgrammed(input);
  const announced = judgeAnnounced(input);
  const pulled = judgePulled(input.facts, input.images, input.instances);
  const certified = judgeCertificates(input.facts, input.service);
  const rolledOut = judgeRollouts(input.service, input.rollouts);
  const verdict = (type: string, judgement: Judgement, observedGeneration = generation): Verdict => ({
    type,
    ...judgement,
    observedGeneration,
  });
  return [
    verdict("Accepted", judgeByCodes(input, ["NW1302", "NW1206"], "Conflict", "Accepted", "the manifest is valid")),
    verdict(
      "ResolvedRefs",
      judgeByCodes(input, ["NW1301"], "RefNotFound", "ResolvedRefs", "everything it names exists"),
    ),
    verdict("Placed", placed),
    verdict("Programmed", programmed),
    ...(pulled === undefined ? [] : [verdict("Pulled", pulled)]),
    ...(rolledOut === undefined ? [] : [verdict("RolledOut", rolledOut)]),
    verdict("Announced", announced),
    ...(certified === undefined ? [] : [verdict("CertificateReady", certified)]),
    verdict("Ready", judgeReady(input, announced, certified), readyGeneration(input, placed, programmed)),
  ];
}

function judgeByCodes(
  { facts, service }: VerdictInput,
  codes: readonly ErrorCode[],
  reason: string,
  good: string,
  message: string,
): Judgement {
  const found = facts.diagnostics.find(
    (diagnostic) => codes.includes(diagnostic.code) && diagnostic.subject === objectName(service),
  );
  return found === undefined ? yes(good, message) : no(reason, found.message);
}

function judgePlaced(input: VerdictInput): Judgement {
  const { facts, service, instances } = input;
  const refused = judgeByCodes(input, ["NW1401", "NW1402", "NW1403", "NW1404"], "NoRoom", "", "");
  for (const tier of serviceChain(sizedService(service, facts.ledger.entries))) {
    const running = instances.filter(({ entry }) => isOf(tier.name, entry) && entry.phase === "Run").length;
    if (running >= tier.replicas) continue;
    const waited = running > 0 || tier.role !== "Workload" ? [] : notReady(input, tier.tier.after ?? []);
    if (waited.length > 0) return no("StartsAfter", `tier ${tier.name} starts when ${waited.join(", ")} is ready`);
    const message = `${running} of ${tier.replicas} of tier ${tier.name} have a host`;
    return no(
      refused.status === "False" ? refused.reason : "Placing",
      refused.status === "False" ? `${message}: ${refused.message}` : message,
    );
  }
  const held = judgeByCodes(input, ["NW1404"], "NoRoom", "", "");
  if (held.status === "True") return yes("Placed", `${instances.length} instances have a host`);
  // An instance on a closed host serves as well as any; one on a host that is silent may not.
  return instances.some(({ phase }) => phase === "Lost") ? held : { ...held, status: "True" };
}

const notReady = ({ instances }: VerdictInput, tiers: readonly string[]): readonly string[] =>
  tiers.filter((tier) => !instances.some(({ entry, phase }) => isOf(tier, entry) && phase === "Ready"));

/** What a service was before may serve on until what takes its place does; it has no part in what is asked for. */
const isOf = (tier: string, { tier: own, former }: ServiceInstance["entry"]): boolean =>
  own === tier && former === undefined;

function judgeProgrammed({ facts, service, instances, needed }: VerdictInput): Judgement {
  const named = new Set([...instances.map(({ host }) => host), ...needed.keys()]);
  // What is left of a service's last change on a host that is gone went with it.
  const hosts = [...named].filter((host) => facts.objects.hosts.has(host)).toSorted();
  for (const host of hosts) {
    const report = facts.reports.get(host)?.report;
    if (report === undefined || facts.reports.ready(host) !== true)
      return no("NodeNotReady", `nothing is heard of ${host}`);
    const wanted = needed.get(host) ?? 0;
    const problem = report.problems[0];
    if (report.revision < wanted) return no("Applying", `${host} is at revision ${report.revision} of ${wanted}`);
    if (!report.converged && problem !== undefined)
      return no("Problem", `${host}: ${problem.slot}: ${problem.message}`);
    // Without needed revisions (after a restart of the server) what the node says of its own state must do.
    if (!report.converged && wanted === report.revision)
      return no("Applying", `${host} applies revision ${report.revision}`);
  }
  const awaited = awaitedLead(facts, service, instances);
  if (awaited !== undefined) return no("Switching", awaited);
  return yes("Programmed", hosts.length === 0 ? "nothing runs" : `in force on ${hosts.join(", ")}`);
}

function judgeAnnounced({ facts, service, vip, instances, announcements }: VerdictInput): Judgement {
  if (service.spec.expose.length === 0) return yes("NotExposed", "it has no listener");
  if (vip === undefined) return no("NoAddress", "it has no address yet");
  const balancers = instances.filter(({ entry }) => entry.role === "LoadBalancer").map(({ host }) => host);
  const troubles = peeringTroubles(facts, balancers);
  if (announcements.length === 0)
    return no("NotAnnounced", [`no host announces ${vip.address}`, ...troubles].join("; "));
  if (!reachesUpstream(facts, vip.address, announcements))
    return no("NotUpstream", `no router announces a route to ${vip.address} upstream`);
  const obstacle = obstacleTo(facts, vip.address, announcements);
  if (obstacle !== undefined) return no("RouteInTheWay", obstacle);
  const [missing] = missingRoutes(facts, service, announcements);
  if (missing !== undefined) return no("RouteMissing", missing);
  const routers = [...new Set(announcements.map(({ router }) => router))].toSorted();
  return yes(
    "Announced",
    [`to ${routers.join(", ")}`, ...unobserved(facts, routers, announcements), ...troubles].join("; "),
  );
}

/** What routers of others make of an announcement is theirs to know. */
function unobserved(
  { objects }: Facts,
  routers: readonly string[],
  announcements: readonly Announcement[],
): readonly string[] {
  const foreign = routers.filter((router) => objects.routers.get(router)?.object.spec.managed === false);
  const several = foreign.some((name) => announcements.filter(({ router }) => router === name).length > 1);
  if (foreign.length === 0) return [];
  const verb = foreign.length === 1 ? "is" : "are";
  const choice = several ? ", and whether flows are spread over all these hosts," : "";
  return [`${foreign.join(", ")} ${verb} not managed: what becomes of the route there${choice} is not observed`];
}

/** A router that hears the announcement and still sends the packets elsewhere. */
function obstacleTo(facts: Facts, vip: string, announcements: readonly Announcement[]): string | undefined {
  for (const { router } of announcements) {
    const problems = facts.reports.get(router)?.report.problems ?? [];
    const found = problems.find(({ slot, subject }) => slot === "bgp" && subject === `${vip}/128`);
    if (found !== undefined) return `${router}: ${found.message}`;
  }
  return undefined;
}

/** Routers that hear the announcement, and whose kernels have not known the way for a while. */
function missingRoutes(facts: Facts, service: Service, announcements: readonly Announcement[]): readonly string[] {
  const lacking = announcements.flatMap(({ router, host, prefix }) => {
    const routes = facts.reports.ready(router) === true ? facts.reports.get(router)?.report.routes : undefined;
    const has = routes === undefined || routes.some((route) => route === prefix);
    return has ? [] : [`${router} has no route to ${prefix}, which ${host} announces to it`];
  });
  return facts.absences.lasting(textOf(service), lacking);
}

function judgeReady(
  { facts, service, instances }: VerdictInput,
  announced: Judgement,
  certified: Judgement | undefined,
): Judgement {
  // From the last tier on: one that fails takes those before it along.
  for (const tier of takingPart(facts, service).toReversed()) {
    if (tier.replicas === 0 || tier.role === "LoadBalancer") continue;
    const serving = instances.some(({ entry, phase }) => entry.tier === tier.name && phase === "Ready");
    const failed = instances.find(({ entry, phase }) => entry.tier === tier.name && phase === "Failed");
    const why = failed === undefined ? "" : `: ${failed.id} on ${failed.host} ${failed.message}`;
    if (!serving) return no("NoMember", `no instance of tier ${tier.name} is ready${why}`);
  }
  if (announced.status !== "True") return no(announced.reason, announced.message);
  for (const { hostname } of service.spec.expose) {
    const problem = facts.dns.problem(hostname);
    if (problem !== undefined) return no("NoRecord", problem);
  }
  if (certified?.status === "False") return no("NoCertificate", `${certified.reason}: ${certified.message}`);
  return yes("Ready", "every listener is served");
}

/** The last generation that was in force whole; until the next one is, the older one is what serves. */
function readyGeneration(
  { service, before, instances }: VerdictInput,
  placed: Judgement,
  programmed: Judgement,
): number {
  const known = before.find(({ type }) => type === "Ready")?.observedGeneration ?? 0;
  const whole = placed.status === "True" && programmed.status === "True";
  const serving = instances.every(({ entry, phase }) => entry.phase === "Drain" || phase === "Ready");
  return whole && serving ? (service.metadata.generation ?? 0) : known;
}
