/** A lab of one test file, and the few questions that all of them ask. */
import { runInNode } from "@netwright/lab/command/run-in-node.ts";
import { labPaths } from "@netwright/lab/record/paths.ts";
import { askServer } from "./ask-server.ts";
import { environmentOf, netwrightProgram, product, startProcess, type Netwright, type Run } from "./product.ts";
import { until } from "./until.ts";

export const hosts = ["host1", "host2", "host3"] as const;
export const edges = ["edge1", "edge2"] as const;
/** Where BIRD runs. */
export const birds: readonly string[] = [...hosts, ...edges];
export const shop = "https://shop.example.net/";

export interface LiveLab {
  readonly name: string;
  readonly netwright: Netwright;
  /** A verb that must succeed. @returns what it printed. @throws with both outputs otherwise. */
  must(...args: readonly string[]): Promise<string>;
  /** The same, its JSON read. */
  json<T>(...args: readonly string[]): Promise<T>;
  /** An object or all of a kind, as `service/shop` and `hosts`. Those who wait ask often: no process is started for it. */
  read<T>(what: string): Promise<T>;
  /** sh text at a node, which must succeed. The node starts it, and nobody here. @returns its output without the last newline. */
  at(node: string, script: string): Promise<string>;
  tryAt(node: string, script: string): Promise<Run>;
  /** sh text at a node that goes on until it ends by itself or is killed. */
  startAt(node: string, script: string): ReturnType<typeof startProcess>;
  down(): Promise<void>;
}

export async function startLab(name: string, ...options: readonly string[]): Promise<LiveLab> {
  const netwright = product(name);
  const must = async (...args: readonly string[]): Promise<string> => {
    const { code, stdout, stderr } = await netwright(...args);
    if (code !== 0) throw new Error(`netwright ${args.join(" ")} ended with ${code}:\n${stdout}${stderr}`);
    return stdout;
  };
  await must("lab", "up", ...options);
  const tryAt = (node: string, script: string): Promise<Run> => runAt(name, node, script);
  return {
    name,
    netwright,
    must,
    json: async (...args) => JSON.parse(await must(...args, "-o", "json")) as never,
    read: async (what) => (await askServer(name, what)) as never,
    at: async (node, script) => {
      const { code, stdout, stderr } = await tryAt(node, script);
      if (code !== 0) throw new Error(`at ${node} ended with ${code}: ${script}\n${stdout}${stderr}`);
      return stdout.replace(/\n$/, "");
    },
    tryAt,
    startAt: (node, script) =>
      startProcess([netwrightProgram, "lab", "exec", node, "--", "sh", "-c", script], { env: environmentOf(name) }),
    down: async () => void (await must("lab", "down")),
  };
}

/** What `lab exec` does, without a process of the command line for each look. */
function runAt(lab: string, node: string, script: string): Promise<Run> {
  const env = { PATH: process.env["PATH"] ?? "" };
  return runInNode(labPaths(lab), node, { argv: ["sh", "-c", script], env, outputMax: Number.POSITIVE_INFINITY });
}

/** curl as a person would call it: by name, with certificate checking on. Gives up soon, for those who ask again. */
export const fetchFrom = (lab: LiveLab, node: string, url: string, options = ""): Promise<Run> =>
  lab.tryAt(node, `curl --silent --show-error --noproxy '*' --max-time 5 ${options} ${url}`);

/** The same, for those who ask once: a busy machine takes its time. */
export const fetchOnce = (lab: LiveLab, node: string, url: string, options = ""): Promise<Run> =>
  fetchFrom(lab, node, url, `--max-time 60 ${options}`);

export const page = async (lab: LiveLab, node: string, url: string = shop): Promise<string> =>
  (
    await until(
      `${url} answers ${node}`,
      () => fetchFrom(lab, node, url),
      ({ code }) => code === 0,
    )
  ).stdout;

export interface Instance {
  readonly id: string;
  readonly tier: string;
  readonly host: string;
  readonly address: string;
  readonly phase: string;
}

export interface ServiceStatus {
  readonly addresses: readonly { readonly address: string }[];
  readonly announcements: readonly { readonly router: string; readonly host: string; readonly prefix: string }[];
  readonly instances: readonly Instance[];
  readonly conditions: readonly {
    readonly type: string;
    readonly status: string;
    readonly reason: string;
    readonly message: string;
  }[];
}

export const statusOf = async (lab: LiveLab, service: string): Promise<ServiceStatus> =>
  (await lab.read<{ status: ServiceStatus }>(`service/${service}`)).status;

export const vipOf = async (lab: LiveLab, service: string): Promise<string> =>
  (await statusOf(lab, service)).addresses[0]?.address ?? "";

/** Where one instance runs. @throws when there is none. */
export async function instanceOf(lab: LiveLab, id: string): Promise<Instance> {
  const instances = await lab.read<{ items: readonly InstanceObject[] }>("instances");
  const found = instances.items.map(flat).find((instance) => instance.id === id);
  if (found === undefined) throw new Error(`there is no instance ${id}`);
  return found;
}

interface InstanceObject {
  readonly metadata: { readonly name: string };
  readonly spec: { readonly tier: string; readonly host: string; readonly address: string };
  readonly status: { readonly phase: string };
}

const flat = ({ metadata, spec, status }: InstanceObject): Instance => ({
  id: metadata.name,
  tier: spec.tier,
  host: spec.host,
  address: spec.address,
  phase: status.phase,
});
