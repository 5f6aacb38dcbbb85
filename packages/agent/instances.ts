/** What is to be told about each instance: the engine's facts and the instance's own health, put together. */
import type { Milliseconds } from "@netwright/base";
import type { HostState, ImageReport, InstanceReport, NodeSystem, WorkloadState } from "@netwright/contract";
import { readProxyHealth } from "@netwright/drivers/proxy-haproxy/index.ts";
import { readRuntime, readSockets, type ContainerFacts } from "@netwright/drivers/runtime-crun/index.ts";
import { containerOf, lacksIdentity, missingSecrets } from "@netwright/drivers/runtime-crun/want.ts";
import { exitOf } from "./last-exit.ts";
import { HealthWatch } from "./health-watch.ts";

interface Instance {
  readonly project: string;
  readonly workload: WorkloadState;
}

/** What is known of an image that is wanted here. */
export type FindImage = (name: string, digest: string | undefined) => ImageReport | undefined;

/** Remembers answers of health checks between two looks; everything else is read anew each time. */
export class InstanceWatch {
  readonly #health: HealthWatch;
  readonly #system: NodeSystem;
  readonly #findImage: FindImage;

  /** @param changed called when an instance is well that was not, or the other way round */
  constructor(system: NodeSystem, findImage: FindImage = () => undefined, changed: () => void = () => {}) {
    this.#system = system;
    this.#findImage = findImage;
    this.#health = new HealthWatch(system, changed);
  }

  /** How long until an instance is to be asked for its health; undefined where none is. */
  get untilNextCheck(): Milliseconds | undefined {
    return this.#health.untilNext;
  }

  /** By project, then id. */
  async look(state: HostState): Promise<readonly InstanceReport[]> {
    const instances = state.networks.flatMap(({ project, workloads }) =>
      workloads.map((workload) => ({ project, workload })),
    );
    this.#health.keep(instances);
    const containers = await readRuntime(this.#system, instances);
    const factsOf = new Map(containers.map((facts) => [`${facts.project}/${facts.id}`, facts]));
    const reports = instances.map((instance) => {
      const facts = factsOf.get(keyOf(instance));
      return facts === undefined ? this.#proxy(instance, state.secrets) : this.#limited(instance, facts, state.secrets);
    });
    return (await Promise.all(reports)).toSorted((a, b) => (`${a.project}/${a.id}` < `${b.project}/${b.id}` ? -1 : 1));
  }

  async #proxy({ project, workload }: Instance, values: HostState["secrets"]): Promise<InstanceReport> {
    const none = { project, id: workload.id, pid: null, startedAt: null, restarts: 0, connections: null };
    const { listening, backends, traffic } = await readProxyHealth(this.#system, { project, id: workload.id });
    const missing = listening ? undefined : undeliveredKey(workload, values);
    if (missing !== undefined) return { ...none, phase: "Starting", reason: "WaitingForSecret", message: missing };
    if (!listening) return { ...none, phase: "Starting", reason: "NotListening", message: "the proxy does not answer" };
    const base = { ...none, connections: traffic.open };
    const dead = backends.filter(({ members }) => members.length > 0 && members.every(({ status }) => status !== "Up"));
    const empty = backends.filter(({ members }) => members.length === 0);
    const [worst] = [...empty, ...dead];
    if (worst === undefined) return { ...base, phase: "Ready", reason: "Listening", message: membersText(backends) };
    const reason = empty.length > 0 ? "NoMembers" : "MembersDown";
    const why = worst.members.map(({ instance, status, check }) => `${instance} ${status} ${check}`.trim()).join(", ");
    return {
      ...base,
      phase: "Unhealthy",
      reason,
      message: why === "" ? `no members for ${worst.name}` : `${worst.name}: ${why}`,
    };
  }

  /** With what is not as it was asked for, though it runs. */
  async #limited(instance: Instance, facts: ContainerFacts, values: HostState["secrets"]): Promise<InstanceReport> {
    const report = await this.#container(instance, facts, values);
    return facts.unlimited === null ? report : { ...report, message: `${report.message}; ${facts.unlimited}` };
  }

  async #container(instance: Instance, facts: ContainerFacts, values: HostState["secrets"]): Promise<InstanceReport> {
    const { project, workload } = instance;
    const { pid, startedAt, restarts } = facts;
    const lastExit = exitOf(workload, facts);
    const ended = lastExit === undefined ? {} : { lastExit };
    const none = { project, id: workload.id, pid, startedAt, restarts, connections: null, ...ended };
    if (facts.phase === "Stopping") return { ...none, phase: "Stopping", reason: "Stopping", message: "told to stop" };
    if (facts.phase === "BackOff")
      return { ...none, phase: "Failed", reason: lastExit?.reason ?? "Unknown", message: lastExit?.message ?? "ended" };
    const missing = facts.phase === "Absent" ? undelivered(instance, values) : undefined;
    if (missing !== undefined) return { ...none, phase: "Starting", reason: "WaitingForSecret", message: missing };
    const image = facts.phase === "Absent" ? this.#imageOf(workload) : undefined;
    if (image !== undefined && image.phase !== "Ready") return { ...none, ...waitsFor(image) };
    if (pid === null) return { ...none, phase: "Starting", reason: facts.phase, message: "not started yet" };
    const { listening, connections } = await readSockets(this.#system.files, pid, workload.ports);
    const base = { ...none, connections };
    if (!listening) {
      return {
        ...base,
        phase: "Starting",
        reason: "NotListening",
        message: `no socket listens on ${portsText(workload)}`,
      };
    }
    if (workload.health === null || workload.health.kind === "Tcp")
      return { ...base, phase: "Ready", reason: "Listening", message: `listens on ${portsText(workload)}` };
    const { healthy, reason, message } = await this.#health.look({ project, workload, pid, check: workload.health });
    return { ...base, phase: healthy ? "Ready" : "Unhealthy", reason, message };
  }

  #imageOf({ run }: WorkloadState): ImageReport | undefined {
    return run.kind === "Container" && run.image !== "host" ? this.#findImage(run.image, run.digest) : undefined;
  }
}

const keyOf = ({ project, workload }: Instance): string => `${project}/${workload.id}`;

function waitsFor({ name, phase, message }: ImageReport): Pick<InstanceReport, "phase" | "reason" | "message"> {
  if (phase === "Failed") return { phase: "Failed", reason: "ImageUnavailable", message: `image ${name}: ${message}` };
  const reason = phase === "Resolving" ? "ResolvingImage" : "PullingImage";
  return { phase: "Starting", reason, message: `image ${name}: ${message}` };
}

/** Which secret it waits for; undefined where it has them all. */
function undelivered({ project, workload }: Instance, values: HostState["secrets"]): string | undefined {
  const container = containerOf({ project }, workload, values);
  if (container !== undefined && lacksIdentity(container))
    return "the certificate that it shows to proxies has not come from the server yet";
  const [missing] = container === undefined ? [] : missingSecrets(container);
  return missing === undefined
    ? undefined
    : `${missing.key} of secret/${missing.name} has not come from the server yet`;
}

/** Which private key a proxy waits for; undefined where it has them all. */
function undeliveredKey({ run }: WorkloadState, values: HostState["secrets"] = []): string | undefined {
  if (run.kind !== "Proxy") return undefined;
  const known = new Set(values.flatMap(({ digest, value }) => (value === undefined ? [] : [digest])));
  const missing = run.certificates.find(({ digest }) => !known.has(digest));
  return missing === undefined ? undefined : `the private key of ${missing.name} has not come from the server yet`;
}

const portsText = ({ ports }: WorkloadState): string =>
  ports.map(({ protocol, port }) => `${protocol}/${port}`).join(", ");

function membersText(backends: readonly { readonly members: readonly { readonly status: string }[] }[]): string {
  const members = backends.flatMap((backend) => backend.members);
  return `${members.filter(({ status }) => status === "Up").length} of ${members.length} members up`;
}
