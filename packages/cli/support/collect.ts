/** Collects a support bundle: from the server, from agents over it, and from this machine. What fails is said, not fatal. */
import { release } from "node:os";
import { isNetwrightError, messageOf, NetwrightError, redactor } from "@netwright/base";
import { productVersion } from "@netwright/base/version.ts";
import type { Client, FactFile } from "@netwright/api";
import { connect, tokenOf } from "../arguments/connection.ts";
import type { Invocation } from "../verb.ts";
import { Bundle } from "./bundle.ts";
import { localFacts, localLogs } from "./local-parts.ts";
import { factsOf, nodesOf } from "./node-parts.ts";
import { jsonText, serverParts } from "./server-parts.ts";

/** Where agents keep their things when nobody says otherwise. */
const paths = { run: "/run/netwright", state: "/var/lib/netwright" };
/** Nodes that are asked at a time. */
const atOnce = 8;

export async function collectBundle(invocation: Invocation): Promise<Bundle> {
  const { terminal } = invocation;
  const token = await tokenOf(invocation).catch(() => undefined);
  const bundle = new Bundle(redactor(token === undefined ? [] : [token]));
  const say = (line: string): void => terminal.err(`${line}\n`);
  bundle.add("versions.json", jsonText(versions()), "this program");
  await addLocal(invocation, bundle, say);
  try {
    const client = await connect(invocation);
    // One question tells whether the server is there at all.
    const nodes = await nodesOf(client);
    await addServer(client, bundle, say);
    await addNodes(client, nodes, bundle, { say, signal: terminal.signal });
  } catch (error) {
    terminal.signal.throwIfAborted();
    if (!isNetwrightError(error)) throw error;
    bundle.lacks("the server, and all that it and agents would tell", error);
    say(`server: ${messageOf(error)}`);
  }
  terminal.signal.throwIfAborted();
  return bundle;
}

const versions = () => ({ netwright: productVersion, node: process.version, kernel: release(), arch: process.arch });

type Say = (line: string) => void;

async function addLocal(invocation: Invocation, bundle: Bundle, say: Say): Promise<void> {
  let count = 0;
  for await (const file of localFacts(paths)) {
    addFact(bundle, "local", file, "this machine");
    count++;
  }
  for (const { path, text } of await localLogs(invocation)) bundle.add(path, text, "this machine");
  say(`this machine: ${count} files`);
}

async function addServer(client: Client, bundle: Bundle, say: Say): Promise<void> {
  const results = await Promise.all(
    serverParts.map(async ({ path, what, read }) => {
      try {
        bundle.add(path, await read(client), "the server");
        return 1;
      } catch (error) {
        bundle.lacks(`${path} (${what})`, error);
        return 0;
      }
    }),
  );
  say(`server: ${results.reduce<number>((sum, each) => sum + each, 0)} of ${serverParts.length} files`);
}

async function addNodes(
  client: Client,
  nodes: readonly string[],
  bundle: Bundle,
  { say, signal }: { readonly say: Say; readonly signal: AbortSignal },
): Promise<void> {
  const left = [...nodes];
  const work = async (): Promise<void> => {
    for (let node = left.shift(); node !== undefined && !signal.aborted; node = left.shift()) {
      const count = await addNode(client, node, bundle, signal);
      say(typeof count === "number" ? `${node}: ${count} files` : `${node}: ${count.message}`);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
}

async function addNode(
  client: Client,
  node: string,
  bundle: Bundle,
  signal: AbortSignal,
): Promise<number | NetwrightError> {
  let count = 0;
  try {
    await factsOf(client, node, signal, (file) => {
      addFact(bundle, `nodes/${node}`, file, `the agent of ${node}`);
      count++;
    });
    return count;
  } catch (error) {
    if (!isNetwrightError(error)) throw error;
    bundle.lacks(`nodes/${node}`, error);
    return error;
  }
}

/** Names of files come from agents: they must stay below their node's directory. */
function addFact(bundle: Bundle, folder: string, { path, text, problem }: FactFile, from: string): void {
  const isSafe = /^[\w@:.-]+(\/[\w@:.-]+)*$/.test(path) && !path.split("/").includes("..");
  if (!isSafe) throw new NetwrightError("NW1506", `${from} names a file ${JSON.stringify(path)}`);
  if (problem !== null) bundle.lacks(`${folder}/${path}`, problem);
  if (problem === null || text !== "") bundle.add(`${folder}/${path}`, text, from);
}
