/** The server without its shell: everything between a store and an HTTP app. */
import { seconds, type Clock, type Entropy, type Milliseconds } from "@netwright/base";
import { defaultDrainTimeout, projectKey } from "@netwright/compiler";
import type { Store } from "@netwright/contract";
import type { Hono } from "hono";
import { askForProbes } from "./agents/ask-for-probes.ts";
import { AgentRequests } from "./agents/requests.ts";
import { createApp } from "./app.ts";
import { Autoscaler } from "./autoscale/autoscaler.ts";
import { isMeasuredIn, measurerOf } from "./autoscale/measurer.ts";
import { Tokens } from "./auth/tokens.ts";
import type { ChallengeRecords } from "@netwright/drivers/dns-rfc2136/index.ts";
import { AcmeOrders } from "./acme/orders.ts";
import type { AcmeTransport } from "./acme/transport.ts";
import { Certificates, type Issue } from "./control/certificates.ts";
import { orderedNames } from "./control/wanted-certificates.ts";
import { Identities } from "./control/identities.ts";
import { isAppliedByProxies, obstacleTo } from "./control/reachable.ts";
import type { CertificateFacts } from "./status/certificate-status.ts";
import { Controller } from "./control/controller.ts";
import { DnsSync, noDns, type DnsDependencies } from "./control/dns-sync.ts";
import { Rounds } from "./control/round.ts";
import { Statuses } from "./control/statuses.ts";
import { readWorld } from "./control/world.ts";
import type { Log } from "@netwright/base";
import { Measurements } from "./measurements/measurements.ts";
import { defaultRingBounds, type RingBounds } from "./measurements/ring.ts";
import { servedLately } from "./measurements/served.ts";
import { CurrentProof } from "./proof/current-proof.ts";
import type { Prover } from "./proof/prover.ts";
import { createMetrics } from "./metrics.ts";
import { ContractWatch } from "./monitors/contract-watch.ts";
import type { SealingKeys } from "./secrets/key-file.ts";
import { OpenedValues } from "./secrets/opened-values.ts";
import { Sealer } from "./secrets/sealer.ts";
import { Events } from "./state/events.ts";
import { NodeStates } from "./state/node-states.ts";
import { ObjectView } from "./state/object-view.ts";
import { Reports } from "./state/reports.ts";
import { countStart } from "./state/starts.ts";

export interface ServerOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly log: Log;
  readonly adminToken: string;
  /** What secrets are encrypted with before they are stored. */
  readonly keys: SealingKeys;
  readonly issue: Issue;
  /** Of the built-in certificate authority, PEM. */
  readonly caCertificate: string;
  /** Absent: records of service hostnames are somebody else's business. */
  readonly dns?: Pick<DnsDependencies, "zone" | "update" | "holds" | "checkInterval"> & {
    readonly challengeRecords?: ChallengeRecords;
  };
  /** To certificate authorities. */
  readonly acmeTransport: (caBundle: string | undefined) => AcmeTransport;
  /** Stopped by the caller, whose it is. */
  readonly prover: Prover;
  readonly version: string;
  /** The last lines that went to `log`. */
  readonly recentLog?: () => string;
  /** Between two heartbeat lines of a stream. */
  readonly heartbeat?: Milliseconds;
  /** An instance that drains is gone after this span even if it still has connections. */
  readonly drainTimeout?: Milliseconds;
  /** How much of what agents measure is kept. */
  readonly measurements?: RingBounds;
}

export interface Server {
  readonly app: Hono;
  /** Runs the controller; resolves when `stop` was called and everything is written. */
  readonly done: Promise<void>;
  /** Ends streams and the controller. The store stays open: it is the caller's. */
  stop(): void;
}

/** Milliseconds of silence before a connection of a monitor has failed: a lost SYN is sent again after 1 s and 3 s. */
const probePatience = 4000;

/** Reads what is stored, compiles it and begins to serve it. */
export async function startServer(options: ServerOptions): Promise<Server> {
  const { store, clock, entropy, log, dns } = options;
  const stop = new AbortController();
  const start = await countStart(store);
  const metrics = createMetrics(options.version);
  const events = new Events(store, clock, start);
  const view = new ObjectView(start);
  const states = new NodeStates(store);
  const reports = new Reports(store, clock);
  const sealer = new Sealer(options.keys, entropy);
  const certificates = new Certificates(store, sealer, clock, options.issue, () => controller.round());
  const identities = new Identities(store, sealer, clock, entropy);
  const orders = new AcmeOrders({
    store,
    sealer,
    clock,
    entropy,
    log,
    certificates,
    records: dns?.challengeRecords,
    transport: options.acmeTransport,
    externalKey: ({ spec }) => {
      const { project, name, key } = spec.acme.externalAccountBinding?.secretRef ?? {};
      if (project === undefined || name === undefined || key === undefined) return undefined;
      return controller.world.objects.secrets.get(projectKey(project, name))?.object.spec.sealed?.[key];
    },
    countOrder: (issuer, outcome) => metrics.certificateOrders.inc({ issuer, outcome }),
    obstacleTo: (hostname) => obstacleTo(controller.facts(), controller.world, hostname),
    publish: () => controller.round(),
    isPublished: (hostname) =>
      rounds.shownChallenges === orders.challenges &&
      isAppliedByProxies(controller.facts(), controller.world, hostname),
    onHostname: (hostname) => controller.certificatesChanged({ hostnames: new Set([hostname]) }),
    onIssuer: (issuer) => controller.certificatesChanged({ issuer }),
  });
  const certificateFacts: CertificateFacts = {
    record: (hostname) => certificates.record(hostname),
    obstacle: (hostname) => certificates.problem(hostname) ?? orders.obstacle(hostname),
    renewalOf: (hostname) => orders.renewalOf(hostname),
    issuerFacts: (name) => orders.issuerFacts(name),
  };
  const onProgress = (hostnames: ReadonlySet<string>): void => controller.recordsChanged(hostnames);
  const sync = dns === undefined ? undefined : new DnsSync({ store, clock, log, metrics, ...dns, onProgress });
  const requests = new AgentRequests(clock, entropy);
  const watch = new ContractWatch({
    clock,
    states,
    reports,
    world: () => controller.world,
    tryFrom: ({ node, from }, probes, signal) =>
      askForProbes({ requests }, node, { from, probes: [...probes], patience: probePatience }, signal),
    onNews: (keys) => controller.contractsSeen(keys),
  });
  const measurements = new Measurements(clock, options.measurements ?? defaultRingBounds);
  const autoscaler = new Autoscaler({
    clock,
    store,
    measure: measurerOf(measurements),
    isMeasured: isMeasuredIn(measurements),
  });
  const statuses = new Statuses({
    clock,
    events,
    metrics,
    reports,
    states,
    view,
    dns: sync ?? noDns,
    certificates: certificateFacts,
    contracts: watch,
    autoscale: autoscaler,
  });
  const rounds = new Rounds({
    store,
    clock,
    states,
    reports,
    served: (ledger) => servedLately(measurements, ledger),
    certificates,
    identities,
    challenges: () => orders.challenges,
    values: new OpenedValues(sealer, log),
    events,
    drainTimeout: options.drainTimeout ?? defaultDrainTimeout,
  });
  const tokens = new Tokens(store, clock, entropy, options.adminToken);
  const onWorld = (): void => {
    const { world } = controller;
    sync?.want(world);
    orders.want(new Map([...world.objects.issuers].map(([name, { object }]) => [name, object])), orderedNames(world));
  };
  const controller = new Controller(
    {
      store,
      clock,
      entropy,
      log,
      metrics,
      events,
      reports,
      rounds,
      statuses,
      certificates,
      identities,
      autoscaler,
      sealer,
      tokens,
      prover: options.prover,
      onWorld,
    },
    readWorld(store),
  );
  await controller.start();
  const app = createApp({
    store,
    clock,
    log,
    controller,
    proof: new CurrentProof(options.prover, states),
    autoscaler,
    view,
    events,
    states,
    reports,
    metrics,
    measurements,
    tokens,
    requests,
    caCertificate: options.caCertificate,
    recentLog: options.recentLog ?? (() => ""),
    heartbeat: options.heartbeat ?? seconds(2),
    stop: stop.signal,
  });
  const running = [
    controller.run(stop.signal),
    watch.run(stop.signal),
    sync?.run(stop.signal),
    orders.run(stop.signal),
  ];
  const done = Promise.all(running.filter((each) => each !== undefined)).then(() => undefined);
  return { app, done, stop: () => stop.abort() };
}
