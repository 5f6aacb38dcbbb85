/** Connection attempts from a node or from an instance there. */
import { outputLines, type OutputChunk, type ProbeRequest, type ProbeSource } from "@netwright/api";
import { valuesOf } from "@netwright/api/client/lines.ts";
import type { ProbeResult } from "@netwright/contract";
import type { ServerContext } from "../routes/context.ts";

/** In the order of the probes. @throws NW1605 when the agent does not answer; what it says went wrong */
export async function* askForProbes(
  { requests }: Pick<ServerContext, "requests">,
  node: string,
  request: ProbeRequest & { readonly from: ProbeSource },
  signal: AbortSignal,
): AsyncGenerator<ProbeResult> {
  const output = await requests.ask(node, { kind: "Probe", ...request }, signal);
  yield* outputLines<ProbeResult>(valuesOf<OutputChunk>(output), `host/${node}`);
}
