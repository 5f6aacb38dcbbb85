/** Builds a lab in an empty directory, stage by stage, each with its time. */
import type { LabContext } from "../context.ts";
import { haveImages } from "../images/have-images.ts";
import type { NodeImages } from "../images/node-image.ts";
import { runStage, type OnProgress } from "../progress.ts";
import { agentPrograms, runsAgent, serverProgram, type LabPrograms } from "../programs/netwright.ts";
import { enginePrograms, nodeFiles } from "../programs/node-programs.ts";
import type { NodeProgram } from "../programs/program.ts";
import { beginDirectory, buildDirectory } from "../record/build-directory.ts";
import type { LabLock } from "../record/lock.ts";
import type { LabPaths } from "../record/paths.ts";
import { writeRecord, type LabRecord } from "../record/record.ts";
import { readCgroupLayout, type CgroupLayout } from "../sandbox/cgroups.ts";
import { labPlan } from "../sandbox/lab-plan.ts";
import { cgroupPrefix, sweepCgroups } from "../sandbox/lab-cgroups.ts";
import { startPrograms, type Site } from "../sandbox/start-programs.ts";
import { startSandbox, type LabBirth } from "../sandbox/start-sandbox.ts";
import type { Topology } from "../topology/topology.ts";
import { startAgents } from "./agents-ready.ts";
import { fabricReady } from "./fabric-ready.ts";
import { introduceFabric } from "./introduce-fabric.ts";
import { linksForward } from "./links-forward.ts";

export interface BuildPlan {
  readonly name: string;
  readonly topology: Topology;
  readonly paths: LabPaths;
  readonly lock: LabLock;
  readonly programs: LabPrograms;
  readonly onProgress: OnProgress;
  readonly signal?: AbortSignal;
}

interface ImagedPlan extends BuildPlan {
  readonly images: NodeImages;
}

type Stage = <T>(name: string, action: () => Promise<T>, detail: (result: T) => string) => Promise<T>;

/** Programs that start together, in the order of the stages. */
interface ProgramGroups {
  readonly engines: readonly NodeProgram[];
  readonly server: readonly NodeProgram[];
  readonly agents: readonly NodeProgram[];
}

/** @throws NW1703 or NW1605; the record then tells what was built so far. */
export async function buildLab(context: LabContext, plan: BuildPlan): Promise<LabRecord> {
  const { paths } = plan;
  const stage: Stage = (name, action, detail) => {
    plan.signal?.throwIfAborted();
    return runStage(context.clock, plan.onProgress, name, action, detail);
  };
  const groups = programGroups(plan);
  const layout = await readCgroupLayout();
  await sweepCgroups(layout);
  const images = await imagesOf(context, plan, stage);
  const begun = beginRecord(context, plan, groups, layout, images);
  await writeRecord(context.files, paths, begun);
  const site = await standUp(context, { ...plan, images }, begun, layout, stage);
  const { nodes } = site;
  if (begun.programs.length > 0) await writeRecord(context.files, paths, { ...begun, nodes });
  await startGroups(site, groups, stage, plan.signal);
  const record: LabRecord = { ...begun, nodes, phase: "Ready" };
  await writeRecord(context.files, paths, record);
  return record;
}

function programGroups({ topology, paths, programs }: BuildPlan): ProgramGroups {
  const server = serverProgram(topology, paths, programs);
  return {
    engines: enginePrograms(topology),
    server: server === null ? [] : [server],
    agents: server === null ? [] : agentPrograms(topology, programs),
  };
}

async function imagesOf(context: LabContext, { topology, signal }: BuildPlan, stage: Stage): Promise<NodeImages> {
  if (topology.nodes.every(({ image }) => image === null)) return new Map();
  return stage(
    "images",
    () => haveImages(context, topology, signal),
    (images) => [...images.keys()].join(", "),
  );
}

/** The cgroup's name must not be another sandbox's: /run may be private to us where cgroups are not. */
function beginRecord(
  context: LabContext,
  { name, topology }: BuildPlan,
  groups: ProgramGroups,
  layout: CgroupLayout,
  images: NodeImages,
): LabRecord {
  const unique = Buffer.from(context.entropy.bytes(4)).toString("hex");
  return {
    name,
    phase: "Building",
    problem: null,
    createdAt: context.clock.now(),
    topology,
    cgroup: {
      name: `${cgroupPrefix}${name}-${unique}`,
      mountPoints: layout.hierarchies.map(({ mountPoint }) => mountPoint),
    },
    images: Object.fromEntries(
      topology.nodes.flatMap(({ name: node, image }) => {
        const found = image === null ? undefined : images.get(image);
        return found === undefined ? [] : [[node, { digest: found.digest, env: found.env }]];
      }),
    ),
    nodes: {},
    programs: Object.values(groups).flatMap((group: readonly NodeProgram[]) =>
      group.map(({ node, program }) => ({ node, program })),
    ),
  };
}

/** One program makes all of it; here is only told how far it is. */
async function standUp(
  context: LabContext,
  plan: ImagedPlan,
  begun: LabRecord,
  layout: CgroupLayout,
  stage: Stage,
): Promise<Site> {
  const { topology, paths } = plan;
  const start = async (): Promise<readonly [LabBirth, number]> => {
    const birth = await makeSandbox(context, plan, begun, layout);
    return [birth, await birth.sandbox()];
  };
  const [birth, sandbox] = await stage("sandbox", start, () => paths.directory);
  await stage(
    "nodes",
    () => birth.nodes(),
    () => `${topology.nodes.length} namespaces`,
  );
  const wire = async (): Promise<Site> => {
    const site = { context, paths, topology, sandbox, nodes: await birth.wired() };
    await linksForward(site, plan.signal);
    return site;
  };
  return stage("links", wire, () => `${topology.links.length} links`);
}

async function makeSandbox(
  context: LabContext,
  { topology, paths, lock, images }: ImagedPlan,
  record: LabRecord,
  layout: CgroupLayout,
): Promise<LabBirth> {
  beginDirectory(paths);
  const speakers = topology.nodes.filter(runsAgent).length;
  const birth = await startSandbox(context, { paths, lock, topology, cgroup: record.cgroup.name, layout, speakers });
  birth.begin(labPlan(paths, topology, layout, images));
  const secret = Buffer.from(context.entropy.bytes(32)).toString("base64");
  buildDirectory(paths, topology, nodeFiles(topology, secret));
  birth.filled();
  return birth;
}

async function startGroups(
  site: Site,
  { engines, server, agents }: ProgramGroups,
  stage: Stage,
  signal: AbortSignal | undefined,
): Promise<void> {
  if (engines.length > 0) {
    await stage(
      "engines",
      () => startPrograms(site, "engines", engines, signal),
      () => namesOf(engines),
    );
  }
  if (server.length === 0) return;
  const serve = async (): Promise<number> => {
    await startPrograms(site, "server", server, signal);
    return introduceFabric(site, signal);
  };
  await stage("server", serve, (objects) => `knows ${objects} objects of the fabric`);
  await stage(
    "agents",
    () => startAgents(site, agents, signal),
    () => `${agents.length} started`,
  );
  await stage(
    "fabric",
    () => fabricReady(site, signal),
    (ready) => `${ready.length} hosts and routers ready`,
  );
}

const namesOf = (programs: readonly NodeProgram[]): string =>
  [...new Set(programs.map(({ program }) => program))].join(", ");
