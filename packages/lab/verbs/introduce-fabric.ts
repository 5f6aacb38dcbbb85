/** Tells the lab's server what the lab is made of, and gives every agent what it needs to reach the server. */
import { isNetwrightError, milliseconds, NetwrightError, seconds } from "@netwright/base";
import { encodeObject } from "@netwright/api";
import { createExchange } from "@netwright/api/client/exchange.ts";
import { nodeTransport } from "@netwright/api/client/transport-node.ts";
import { runInNode } from "../command/run-in-node.ts";
import { givenFiles, runsAgent } from "../programs/netwright.ts";
import { writeNodeFiles } from "../record/build-directory.ts";
import { notReady, type Site } from "../sandbox/start-programs.ts";
import { fabricObjects } from "../topology/fabric.ts";
import { waitUntil } from "../wait.ts";
import { clientOf } from "./agents-ready.ts";

/** @returns how many objects the server knows now. @throws NW1605 when it does not answer, or what it refused. */
export async function introduceFabric(site: Site, signal?: AbortSignal): Promise<number> {
  await serverReady(site, signal);
  const client = await clientOf(site, signal);
  const objects = fabricObjects(site.topology);
  await client.apply({
    objects: objects.map((object) => ({ object: encodeObject(object) })),
    message: "the lab's fabric",
  });
  const ca = await client.ca();
  await trustCa(site, ca);
  for (const { name } of site.topology.nodes.filter(runsAgent)) {
    const { secret } = await client.createToken({ name: `agent-${name}`, role: "Node", node: name });
    writeNodeFiles(site.paths, [
      { node: name, place: "lib", path: givenFiles.token, content: `${secret}\n`, mode: 0o600 },
      { node: name, place: "lib", path: givenFiles.ca, content: ca, mode: 0o644 },
    ]);
  }
  return objects.length;
}

async function serverReady({ context, paths, topology }: Site, signal: AbortSignal | undefined): Promise<void> {
  const exchange = createExchange({ transport: nodeTransport({ kind: "Socket", path: paths.socket }) });
  const answers = async (): Promise<boolean> => {
    try {
      await exchange.text("/readyz");
      return await context.files.exists(paths.token);
    } catch (error) {
      if (isNetwrightError(error)) return false;
      throw error;
    }
  };
  if (await waitUntil(context.clock, answers, seconds(30), milliseconds(20), signal)) return;
  const node = topology.nodes.find(({ role }) => role === "Control")?.name ?? "";
  throw notReady(paths, [{ node, program: "server" }]);
}

/** Where Debian's programs look for authorities. The lab's internet has one only. */
async function trustCa({ topology, paths }: Site, ca: string): Promise<void> {
  const clients = topology.nodes.filter(({ role }) => role === "Client" || role === "Linux");
  // By the node itself: a link in a root of its own would lead us to a file of the machine's.
  const argv = ["sh", "-c", "mkdir -p /etc/ssl/certs && exec cat >/etc/ssl/certs/ca-certificates.crt"];
  await Promise.all(
    clients.map(async ({ name, rootfs }) => {
      const { code, stderr } = await runInNode(paths, name, { argv, input: ca, timeout: seconds(10) });
      if (code === 0 || rootfs !== null) return;
      throw new NetwrightError("NW1703", `${name} cannot be given the lab's certificate authority: ${stderr.trim()}`);
    }),
  );
}
