/** Names that objects use of each other (NW1301), and flows that cannot be made (NW1206). */
import {
  isWorkloadTier,
  readSelectors,
  serviceChain,
  tlsKeys,
  type CertificateIssuer,
  type Host,
  type Router,
  type Service,
} from "@netwright/api";
import type { Diagnostic } from "@netwright/base";
import { redirectPort } from "../compile/listeners.ts";
import { isAskedOverHttp } from "../issuers.ts";
import { diagnose, projectKey, type Applied, type ObjectSet } from "../objects.ts";
import { hasNeighbours, neighboursOf } from "../service-neighbours.ts";
import { contractReferences, isNamed, namesOnce } from "./contract-references.ts";
import { unlessClean } from "./unless-clean.ts";
import { workloadReferences } from "./workload-references.ts";
import { poolsFor } from "../projects/allowed.ts";

export function* checkReferences(objects: ObjectSet): Generator<Diagnostic> {
  yield* checkHosts(objects);
  yield* checkRouters(objects);
  yield* checkIssuers(objects);
  const services = [...objects.services.values()].filter(({ object }) => !isClean(objects, object));
  const names = namesOnce(objects);
  const inContracts = services.map((service) => [...contractReferences(objects, names, service)]);
  yield* inContracts.flat();
  for (const network of objects.networks.values()) yield* contractReferences(objects, names, network);
  for (const contract of objects.contracts.values()) yield* contractReferences(objects, names, contract);
  for (const [index, service] of services.entries()) {
    const found = [...serviceReferences(objects, service)];
    yield* found;
    if (found.length === 0 && inContracts[index]?.length === 0) noteClean(objects, service.object);
  }
}

function* serviceReferences(objects: ObjectSet, service: Applied<Service>): Generator<Diagnostic> {
  yield* poolReference(objects, service);
  yield* issuerReferences(objects, service);
  yield* certificateReferences(objects, service);
  for (const index of service.object.spec.allow.keys()) yield* allowReference(objects, service, index);
  yield* fileReferences(service);
  yield* workloadReferences(objects, service);
}

const checkHosts = unlessClean(
  function* (objects) {
    for (const host of objects.hosts.values()) yield* hostReferences(objects, host);
  },
  ["hosts", "routers"],
);

const checkRouters = unlessClean(
  function* (objects) {
    for (const router of objects.routers.values()) yield* routerReferences(objects, router);
  },
  ["routers", "hosts"],
);

const checkIssuers = unlessClean(
  function* (objects) {
    for (const issuer of objects.issuers.values()) yield* bindingReference(objects, issuer);
  },
  ["issuers", "secrets"],
);

/** Services without a finding, and the others that were looked at. */
const clean = new WeakMap<Service, readonly unknown[]>();

function isClean(objects: ObjectSet, service: Service): boolean {
  const before = clean.get(service);
  return before !== undefined && hasNeighbours(objects, service, before);
}

/** Of a contract that speaks of all services of a project or network, others decide. */
function noteClean(objects: ObjectSet, service: Service): void {
  const isOfFew = readSelectors(service).every(({ selector }) => isNamed(objects, selector));
  if (isOfFew) clean.set(service, neighboursOf(objects, service));
}

const known = (what: string, names: Iterable<string>): string => {
  const list = [...names].toSorted();
  if (list.length === 0) return `there is no ${what} yet`;
  return `known: ${list.slice(0, 10).join(", ")}${list.length > 10 ? ` and ${list.length - 10} more` : ""}`;
};

function* hostReferences(objects: ObjectSet, host: Applied<Host>): Generator<Diagnostic> {
  for (const [index, { router }] of host.object.spec.uplinks.entries()) {
    if (objects.routers.has(router)) continue;
    yield diagnose(
      "NW1301",
      host,
      ["spec", "uplinks", index, "router"],
      `there is no Router ${router}`,
      known("Router", objects.routers.keys()),
    );
  }
}

function* routerReferences(objects: ObjectSet, router: Applied<Router>): Generator<Diagnostic> {
  for (const [index, link] of router.object.spec.links.entries()) {
    if (link.router !== undefined && !objects.routers.has(link.router)) {
      yield diagnose(
        "NW1301",
        router,
        ["spec", "links", index, "router"],
        `there is no Router ${link.router}`,
        known("Router", objects.routers.keys()),
      );
    }
    if (link.host !== undefined && !objects.hosts.has(link.host)) {
      yield diagnose(
        "NW1301",
        router,
        ["spec", "links", index, "host"],
        `there is no Host ${link.host}`,
        known("Host", objects.hosts.keys()),
      );
    }
  }
}

function* poolReference(objects: ObjectSet, service: Applied<Service>): Generator<Diagnostic> {
  const { pool, expose } = service.object.spec;
  if (expose.length === 0 || objects.pools.has(pool)) return;
  yield diagnose(
    "NW1301",
    service,
    ["spec", "pool"],
    `there is no AddressPool ${pool}`,
    known("AddressPool", poolsFor(objects, service.object.metadata.project)),
  );
}

function* bindingReference(objects: ObjectSet, issuer: Applied<CertificateIssuer>): Generator<Diagnostic> {
  const ref = issuer.object.spec.acme.externalAccountBinding?.secretRef;
  if (ref === undefined) return;
  const { project, name, key } = ref;
  const { sealed = {} } = objects.secrets.get(projectKey(project, name))?.object.spec ?? {};
  if (Object.hasOwn(sealed, key)) return;
  const isThere = objects.secrets.has(projectKey(project, name));
  const message = isThere
    ? `Secret ${name} has no key ${JSON.stringify(key.slice(0, 80))}`
    : `there is no Secret ${name} in project ${project}`;
  const path = ["spec", "acme", "externalAccountBinding", "secretRef"];
  yield diagnose("NW1301", issuer, path, message, "apply it first, or with the issuer");
}

/** Also that nothing of the service is at the port over which an authority asks. */
function* issuerReferences(objects: ObjectSet, service: Applied<Service>): Generator<Diagnostic> {
  const { expose } = service.object.spec;
  for (const [index, listener] of expose.entries()) {
    if (listener.protocol !== "HTTPS") continue;
    const { issuer } = listener;
    if (issuer !== undefined && !objects.issuers.has(issuer))
      yield diagnose(
        "NW1301",
        service,
        ["spec", "expose", index, "issuer"],
        `there is no CertificateIssuer ${issuer}`,
        known("CertificateIssuer", objects.issuers.keys()),
      );
    const taken = expose.findIndex(({ port, protocol }) => port === redirectPort && protocol !== "UDP");
    if (taken === -1 || !isAskedOverHttp(objects, listener)) continue;
    yield diagnose(
      "NW1205",
      service,
      ["spec", "expose", taken, "port"],
      `tcp/80 of this service's address is where CertificateIssuer ${issuer ?? "default"} asks for ${listener.hostname}`,
      "choose another port, or an issuer with challenge: dns-01",
    );
  }
}

/** That what they hold can be served is judged where it can be read. */
function* certificateReferences(objects: ObjectSet, service: Applied<Service>): Generator<Diagnostic> {
  const { project } = service.object.metadata;
  for (const [index, listener] of service.object.spec.expose.entries()) {
    const name = listener.protocol === "HTTPS" ? listener.certificateRef?.name : undefined;
    if (name === undefined) continue;
    const path = ["spec", "expose", index, "certificateRef"] as const;
    const secret = objects.secrets.get(projectKey(project, name))?.object;
    const missing = tlsKeys.find((key) => secret?.spec.sealed?.[key] === undefined);
    if (missing === undefined) continue;
    const message =
      secret === undefined
        ? `there is no Secret ${name} in project ${project}`
        : `Secret ${name} has no key ${JSON.stringify(missing)}`;
    yield diagnose(
      "NW1301",
      service,
      path,
      message,
      "netwright secret create NAME --type TLS --from-file tls.crt=CHAIN --from-file tls.key=KEY",
    );
  }
}

function* allowReference(objects: ObjectSet, service: Applied<Service>, index: number): Generator<Diagnostic> {
  const rule = service.object.spec.allow[index];
  if (rule === undefined) return;
  const path = ["spec", "allow", index] as const;
  const { from } = rule;
  const { project } = service.object.metadata;
  if (from.project !== project) {
    yield foreignFlow(service, [...path, "from", "project"]);
    return;
  }
  const other = objects.services.get(projectKey(from.project, from.service));
  if (other === undefined) {
    const names = [...objects.services.values()].filter(({ object }) => object.metadata.project === project);
    const hint = known(
      `Service in project ${project}`,
      names.map(({ object }) => object.metadata.name),
    );
    yield diagnose(
      "NW1301",
      service,
      [...path, "from", "service"],
      `there is no Service ${from.service} in project ${project}`,
      hint,
    );
    return;
  }
  const tiers = serviceChain(other.object).filter(({ role }) => role !== "LoadBalancer");
  if (!tiers.some(({ name }) => name === from.tier)) {
    const hint =
      from.tier === "lb"
        ? "a load balancer opens no connections; name the proxy or a workload tier"
        : known(
            "tier",
            tiers.map(({ name }) => name),
          );
    yield diagnose(
      "NW1301",
      service,
      [...path, "from", "tier"],
      `service ${from.service} has no tier ${from.tier} that opens connections`,
      hint,
    );
  }
  if (other.object.spec.network !== service.object.spec.network) {
    yield diagnose(
      "NW1206",
      service,
      [...path, "from"],
      `service ${from.service} is in another network; flows between networks are not built yet`,
      "put both services into one network",
    );
  }
}

/** Said before anything is looked up: what another project has is no business of this one. */
const foreignFlow = (service: Applied<Service>, path: readonly (string | number)[]): Diagnostic =>
  diagnose(
    "NW1206",
    service,
    path,
    "networks of different projects are never joined: a flow between projects cannot be allowed",
    "reach the other project's service at its public name",
  );

function* fileReferences(service: Applied<Service>): Generator<Diagnostic> {
  for (const [index, tier] of service.object.spec.tiers.entries()) {
    if (!isWorkloadTier(tier)) continue;
    for (const [at, file] of tier.workload.files.entries()) {
      if ((file.content ?? file.secret ?? file.config) !== undefined) continue;
      yield diagnose(
        "NW1107",
        service,
        ["spec", "tiers", index, "workload", "files", at],
        `the content of ${file.path} was not read`,
        "the command line reads `source`; through the API send `content`",
      );
    }
  }
}
