/** What a support bundle would hold, without asking for any of it but the names of nodes. */
import { messageOf } from "@netwright/base";
import { connect } from "../arguments/connection.ts";
import type { Invocation } from "../verb.ts";
import { nodesOf } from "./node-parts.ts";
import { serverParts } from "./server-parts.ts";

export interface ListedPart {
  readonly path: string;
  readonly what: string;
}

const own: readonly ListedPart[] = [
  { path: "manifest.json", what: "what is inside with sizes and digests, and what is missing" },
  { path: "versions.json", what: "versions of this program and machine" },
  { path: "local/...", what: "doctor, links, routes, rules, BIRD, HAProxy and logs of this machine" },
];

export async function listParts(invocation: Invocation): Promise<readonly ListedPart[]> {
  try {
    const nodes = await nodesOf(await connect(invocation));
    const facts = nodes.map((node) => ({
      path: `nodes/${node}/...`,
      what: "the same of that node, what it should be, and logs of its instances; by its agent",
    }));
    return [...own, ...serverParts, ...facts];
  } catch (error) {
    return [...own, { path: "objects/..., server/..., nodes/...", what: `not to be had now: ${messageOf(error)}` }];
  }
}
