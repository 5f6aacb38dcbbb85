/** Metrics of one agent, in Prometheus' text format. */
import { Counter, Gauge, Histogram, Registry } from "prom-client";
import type { Round } from "./converger.ts";
import type { ImageMetrics } from "./image-keeper.ts";
import type { Seen } from "./watch.ts";

export interface AgentMetrics extends ImageMetrics {
  readonly registry: Registry;
  round(round: Round): void;
  seen(seen: Seen): void;
}

export function agentMetrics(version: string): AgentMetrics {
  const registry = new Registry();
  const registers = [registry];
  new Gauge({
    name: "netwright_agent_build_info",
    help: "Version of the agent.",
    labelNames: ["version"],
    registers,
  }).set({ version }, 1);
  const rounds = new Counter({ name: "netwright_agent_rounds_total", help: "Rounds of convergence.", registers });
  const changes = new Counter({
    name: "netwright_agent_changes_total",
    help: "Changes made to engines, by slot.",
    labelNames: ["slot"],
    registers,
  });
  const problems = new Gauge({
    name: "netwright_agent_problems",
    help: "Problems of the last round, by slot.",
    labelNames: ["slot"],
    registers,
  });
  const applying = new Histogram({
    name: "netwright_agent_apply_seconds",
    help: "Time that changes to an engine took.",
    labelNames: ["slot"],
    buckets: [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 5],
    registers,
  });
  const revision = new Gauge({
    name: "netwright_agent_state_revision",
    help: "Revision of the state that the agent follows.",
    registers,
  });
  const converged = new Gauge({
    name: "netwright_agent_converged",
    help: "1 when everything asked for was observed to be there.",
    registers,
  });
  const instances = new Gauge({
    name: "netwright_agent_instances",
    help: "Instances on this node, by phase.",
    labelNames: ["phase"],
    registers,
  });
  const sessions = new Gauge({
    name: "netwright_agent_bgp_session_up",
    help: "1 when the session is established.",
    labelNames: ["neighbor"],
    registers,
  });
  const images = new Gauge({
    name: "netwright_agent_images_bytes",
    help: "What images take on this host, as --image-cache counts it.",
    registers,
  });
  const tries = new Counter({
    name: "netwright_agent_image_pulls_total",
    help: "Tries to have an image on this host, by outcome: Fetched or Failed.",
    labelNames: ["outcome"],
    registers,
  });
  const volume = (name: string, help: string) =>
    new Gauge({ name: `netwright_agent_volume_${name}`, help, labelNames: ["project", "volume"], registers });
  const volumeSize = volume("size_bytes", "What a volume on this host can hold.");
  const volumeUsed = volume("used_bytes", "What a volume on this host holds.");
  return {
    registry,
    imageTried: (outcome) => tries.inc({ outcome }),
    imagesKept: (octets) => images.set(octets),
    round: (round) => {
      rounds.inc();
      revision.set(round.goal.revision);
      converged.set(round.converged ? 1 : 0);
      for (const change of round.changes) changes.inc({ slot: change.slice(0, change.indexOf(":")) });
      for (const { slot, took } of round.stages) applying.observe({ slot }, took / 1000);
      problems.reset();
      for (const { slot } of round.problems) problems.inc({ slot });
    },
    seen: (seen) => {
      instances.reset();
      for (const { phase } of seen.instances) instances.inc({ phase });
      volumeSize.reset();
      volumeUsed.reset();
      for (const { id, sizeBytes, usedBytes } of seen.volumeUsage) {
        // PROJECT.NAME.SERIAL; neither name has a dot.
        const [project = "", name = ""] = id.split(".");
        volumeSize.set({ project, volume: name }, sizeBytes);
        volumeUsed.set({ project, volume: name }, usedBytes);
      }
      sessions.reset();
      for (const { neighbor, state } of seen.sessions) sessions.set({ neighbor }, state === "Established" ? 1 : 0);
    },
  };
}
