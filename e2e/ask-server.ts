/** Reading from the server of a lab over its socket, as programs do. */
import { readFileSync } from "node:fs";
import { get, type IncomingMessage } from "node:http";
import { labPaths } from "@netwright/lab/record/paths.ts";

/** Kinds that belong to no project. */
const ofTheSite = /^(addresspools|certificateissuers|contracts|hosts|projects|routers)$/;

/** @param what `hosts`, `service/shop`: all of a kind, or one. @throws with what the server says when it refuses */
export async function askServer(lab: string, what: string): Promise<unknown> {
  const [kind = "", name] = what.split("/");
  const plural = name === undefined ? kind : `${kind}s`;
  const path = `${ofTheSite.test(plural) ? "" : "/projects/default"}/${plural}${name === undefined ? "" : `/${name}`}`;
  const { status, text } = await fetchText(lab, `/v1alpha1${path}`);
  if (status !== 200) throw new Error(`GET ${path} ended with ${status}: ${text}`);
  return JSON.parse(text);
}

async function fetchText(lab: string, path: string): Promise<{ readonly status: number; readonly text: string }> {
  const { socket, token } = labPaths(lab);
  const headers = { authorization: `Bearer ${readFileSync(token, "utf8").trim()}` };
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    get({ socketPath: socket, path, headers, agent: false }, resolve).on("error", reject);
  });
  let text = "";
  for await (const chunk of response.setEncoding("utf8")) text += String(chunk);
  return { status: response.statusCode ?? 0, text };
}
