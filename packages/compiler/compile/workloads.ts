/** Instances with an address, as their hosts get them. */
import { printStatusCodes, tierProtocols, type Health, type HttpsListener, type Service } from "@netwright/api";
import {
  internalName,
  proxyIdentity,
  workloadMac,
  type BackendTls,
  type ContainerRun,
  type HealthCheck,
  type ProxyBackend,
  type ProxyCertificate,
  type ProxyListener,
  type ProxyRun,
  type WorkloadIdentity,
  type WorkloadState,
} from "@netwright/contract";
import type { InstanceEntry, TemplateEntry } from "../ledger-entries.ts";
import { projectKey, type Applied } from "../objects.ts";
import type { Observed } from "../observed.ts";
import { runWithVolumes } from "../volumes.ts";
import type { LedgerIndex } from "./index-ledger.ts";
import { redirectPort } from "./listeners.ts";
import { isAskedOverHttp } from "../issuers.ts";
import { byText } from "./order.ts";
import type { ServiceContext, TierView } from "./service-plan.ts";

/**
 * By host, then id.
 * @param front where proxies lead
 */
export function workloadStates(
  context: ServiceContext,
  service: Applied<Service>,
  tiers: readonly TierView[],
  front: TierView | undefined,
): ReadonlyMap<string, readonly WorkloadState[]> {
  const proxy = proxyRun(context, service, front);
  const states = tiers.flatMap((view) =>
    view.instances.flatMap((instance) => stateOf(context, service, view, instance, proxy)),
  );
  return Map.groupBy(states, ([host]) => host)
    .entries()
    .reduce(
      (map, [host, list]) =>
        map.set(
          host,
          list.map(([, state]) => state),
        ),
      new Map<string, WorkloadState[]>(),
    );
}

type Placed = readonly [host: string, state: WorkloadState];

function stateOf(
  context: ServiceContext,
  service: Applied<Service>,
  { tier }: TierView,
  instance: InstanceEntry,
  proxy: ProxyRun,
): Placed[] {
  const { ledger } = context;
  const { id, tier: name, class: cls, number, address, host } = instance;
  if (address === null) return [];
  const base = {
    id,
    service: instance.service,
    tier: name,
    class: cls,
    number,
    address,
    mac: workloadMac(cls, number),
  };
  if (tier.role !== "Workload") {
    const ports = [...new Set(proxy.listeners.map(({ port }) => port))]
      .toSorted((a, b) => a - b)
      .map((port) => ({ protocol: "tcp" as const, port }));
    // Of what a service was all drain together, and in good order.
    const leaves = instance.phase === "Drain" && instance.former === undefined;
    return [[host, { ...base, run: leaves ? { ...proxy, draining: true } : proxy, ports, health: null }]];
  }
  const template = ledger.template(instance);
  if (template === undefined) return [];
  const ports = tierProtocols(service.object.spec, name).map((protocol) => ({ protocol, port: template.port }));
  return [
    [
      host,
      {
        ...base,
        run: runWithVolumes(runOf(template, ledger), instance),
        ports,
        health: healthCheck(tier.tier.health, template.port),
        ...(template.run.tls === undefined ? {} : { identity: workloadIdentity(context, service, name) }),
      },
    ],
  ];
}

/** Without a digest, hosts look it up, and nothing starts. */
function runOf(template: TemplateEntry, ledger: LedgerIndex): ContainerRun {
  const digest = template.run.digest ?? ledger.image(template)?.digest;
  return digest === undefined ? template.run : { ...template.run, digest };
}

function healthCheck(health: Health | undefined, port: number): HealthCheck | null {
  if (health === undefined) return null;
  const { http, https, host, expectedCodes, interval, timeout, rise, fall } = health;
  return {
    kind: http !== undefined ? "Http" : https !== undefined ? "Https" : "Tcp",
    port,
    path: http ?? https ?? "",
    ...(host === undefined ? {} : { host }),
    ...(expectedCodes === undefined ? {} : { codes: printStatusCodes(expectedCodes) }),
    interval,
    timeout,
    rise,
    fall,
  };
}

/** The same for every proxy of the service, so that they share it. A listener whose certificate is not there yet waits. */
function proxyRun(context: ServiceContext, service: Applied<Service>, front: TierView | undefined): ProxyRun {
  const { certificates, challenges, ledger, objects, observed } = context;
  const https = service.object.spec.expose.filter((listener) => listener.protocol === "HTTPS");
  const served = https.filter(({ hostname }) => certificates.has(hostname));
  const asked = https
    .flatMap(({ hostname }) => challenges?.get(hostname) ?? [])
    .toSorted((a, b) => byText(a.token, b.token));
  const names = [...new Set(served.map(({ hostname }) => hostname))].toSorted();
  const members = backendMembers(ledger, steady(front?.instances ?? [], observed));
  const tier = front?.tier.role === "Workload" ? front.tier.tier : undefined;
  const health = healthCheck(tier?.health, tier?.workload.port ?? 0);
  const shown = members.some(({ tls }) => tls) ? proxyIdentityOf(context, service, tier?.name ?? "") : undefined;
  const tls = shown === undefined ? {} : { tls: shown.tls };
  return {
    kind: "Proxy",
    listeners: proxyListeners(https, served, (listener) => isAskedOverHttp(objects, listener)),
    backends: names.map((name): ProxyBackend => ({ name, members, health, ...tls })),
    certificates: [
      ...names.map((name) => ({ name, digest: certificates.get(name) ?? "" })),
      ...(shown === undefined ? [] : [shown.certificate]),
    ].toSorted((a, b) => byText(a.name, b.name)),
    ...(asked.length === 0 ? {} : { challenges: asked }),
  };
}

const keyOf = ({ object: { metadata } }: Applied<Service>): string => projectKey(metadata.project, metadata.name);

/** Never absent, so that nobody falls back to speaking in the clear: what is not made yet is waited for. */
function workloadIdentity({ identities }: ServiceContext, service: Applied<Service>, tier: string): WorkloadIdentity {
  const { authority = "", tiers } = identities?.get(keyOf(service)) ?? {};
  return { digest: tiers?.get(tier) ?? "", authority, name: internalName(service.object.metadata.name, tier) };
}

function proxyIdentityOf(
  { identities }: ServiceContext,
  service: Applied<Service>,
  tier: string,
): { readonly tls: BackendTls; readonly certificate: ProxyCertificate } {
  const { authority = "", proxy = "" } = identities?.get(keyOf(service)) ?? {};
  const { name: serviceName } = service.object.metadata;
  const certificate = { name: proxyIdentity(serviceName), digest: proxy };
  return { tls: { certificate: certificate.name, authority, name: internalName(serviceName, tier) }, certificate };
}

/** HAProxy would take one that flaps back after the first good answer: its own host's agent knows better. */
function steady(instances: readonly InstanceEntry[], { instances: seen }: Observed): readonly InstanceEntry[] {
  const isSteady = ({ project, id }: InstanceEntry): boolean => seen.get(projectKey(project, id))?.flapping !== true;
  const rest = instances.filter(isSteady);
  return rest.some(({ phase }) => phase === "Run") ? rest : instances;
}

/** By instance. HAProxy asks each for its health itself. */
function backendMembers(ledger: LedgerIndex, instances: readonly InstanceEntry[]): ProxyBackend["members"] {
  return instances
    .flatMap((instance) => {
      const { port, run } = ledger.template(instance) ?? {};
      const tls = run?.tls === undefined ? {} : ({ tls: true } as const);
      const { id, address, phase, former } = instance;
      // Of what a service was all drain together: its proxies serve who is still connected.
      const leaves = phase === "Drain" && former === undefined;
      return leaves || address === null || port === undefined ? [] : [{ instance: id, address, port, ...tls }];
    })
    .toSorted((a, b) => byText(a.instance, b.instance));
}

/** By port, then hostname. */
function proxyListeners(
  https: readonly HttpsListener[],
  served: readonly HttpsListener[],
  isAsked: (listener: HttpsListener) => boolean,
): readonly ProxyListener[] {
  const secure = served.map(({ port, hostname, hsts }): ProxyListener => ({
    kind: "Https",
    port,
    hostname,
    certificate: hostname,
    backend: hostname,
    ...(hsts === undefined ? {} : { hsts: Math.round(hsts / 1000) }),
  }));
  const plain = https.flatMap((listener): ProxyListener[] => {
    const { port: httpsPort, hostname, redirectHttp } = listener;
    if (redirectHttp) return [{ kind: "Redirect", port: redirectPort, hostname, httpsPort }];
    return isAsked(listener) ? [{ kind: "Plain", port: redirectPort, hostname }] : [];
  });
  return [...secure, ...plain].toSorted((a, b) => a.port - b.port || (a.hostname < b.hostname ? -1 : 1));
}
