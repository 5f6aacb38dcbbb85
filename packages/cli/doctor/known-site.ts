/** What is known of the site where doctor runs: from manifests, from a server, from what the agent here was told last. */
import {
  emptySite,
  nodeOfHost,
  nodeOfRouter,
  savedSite,
  siteOfState,
  type Finding,
  type Site,
} from "@netwright/agent/doctor.ts";
import type { AnyObject, Client } from "@netwright/api";
import { serverTime, type ServerTime } from "@netwright/api/client/transport-time.ts";
import { isNetwrightError, NetwrightError } from "@netwright/base";
import type { HostState, NodePaths } from "@netwright/contract";
import { connect, namedServer } from "../arguments/connection.ts";
import { readObjects } from "../arguments/manifests.ts";
import type { Invocation } from "../verb.ts";

export interface KnownSite {
  readonly site: Site;
  /** Which node this machine is; null where nobody said so. */
  readonly node: string | null;
  readonly time: ServerTime | null;
  /** What was found while asking. */
  readonly findings: readonly Finding[];
}

/** @throws complaints about manifests, and NW1501 when the node that was named is nowhere. */
export async function knownSite(invocation: Invocation, paths: NodePaths): Promise<KnownSite> {
  const { options } = invocation;
  const named = (options["as"] as string | undefined) ?? null;
  const files = (options["file"] as readonly string[] | undefined) ?? [];
  const [written, saved, asked] = await Promise.all([
    files.length === 0 ? emptySite : readObjects(files).then(siteOfObjects),
    savedSite(paths),
    askServer(invocation),
  ]);
  const site = [written, asked.site, saved].reduce(joined);
  const node = named ?? asked.node ?? saved.nodes[0]?.name ?? null;
  if (named !== null && !site.nodes.some(({ name }) => name === named))
    throw new NetwrightError("NW1501", `there is no Host or managed Router ${named}`, {
      subject: `host/${named}`,
      hint: "name the manifests with -f, or a server with --server",
    });
  return { site, node, time: asked.time, findings: asked.findings };
}

const siteOfObjects = (objects: readonly AnyObject[]): Site => ({
  nodes: objects.flatMap((object) => {
    if (object.kind === "Host") return [nodeOfHost(object)];
    return object.kind === "Router" && object.spec.managed ? [nodeOfRouter(object)] : [];
  }),
  pools: objects.flatMap((object) => (object.kind === "AddressPool" ? object.spec.prefixes : [])),
  tunnelPeers: [],
});

/** Of nodes of one name the first counts: manifests before what is stored, that before what an agent remembers. */
function joined(first: Site, second: Site): Site {
  const names = new Set(first.nodes.map(({ name }) => name));
  return {
    nodes: [...first.nodes, ...second.nodes.filter(({ name }) => !names.has(name))],
    pools: [...new Set([...first.pools, ...second.pools])],
    tunnelPeers: [...new Set([...first.tunnelPeers, ...second.tunnelPeers])],
  };
}

type Asked = Pick<KnownSite, "site" | "node" | "time" | "findings">;

/** A server that cannot be asked is a finding, and no reason to say nothing. */
async function askServer(invocation: Invocation): Promise<Asked> {
  const server = namedServer(invocation);
  if (server === undefined) return { site: emptySite, node: null, time: null, findings: [] };
  const [time, known] = await Promise.allSettled([
    server.startsWith("https:") ? serverTime(server, invocation.terminal.clock) : null,
    connect(invocation).then(siteOfServer),
  ]);
  const clock = time.status === "fulfilled" ? time.value : null;
  if (known.status === "fulfilled") return { ...known.value, time: clock, findings: [] };
  return { site: emptySite, node: null, time: clock, findings: [notAsked(known.reason)] };
}

/** A node's token reads that node's own state only. */
async function siteOfServer(client: Client): Promise<Pick<Asked, "site" | "node">> {
  const { role, node } = await client.self();
  if (role === "Node" && node !== null)
    return { site: siteOfState((await client.nodes.state<HostState>(node)).state), node };
  const lists = await Promise.all((["Host", "Router", "AddressPool"] as const).map((kind) => client.list(kind)));
  return { site: siteOfObjects(lists.flatMap(({ items }) => items as unknown as readonly AnyObject[])), node: null };
}

/** An agent here would fare like this command when the server cannot be reached at all. */
function notAsked(error: unknown): Finding {
  if (!isNetwrightError(error)) throw error;
  const { code, message, hint } = error.diagnostics[0] ?? { code: error.code, message: error.message };
  const verdict = code === "NW1505" ? "Problem" : "Note";
  return { verdict, code, subject: "server", message, ...(hint === undefined ? {} : { hint }) };
}
