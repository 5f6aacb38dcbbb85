/** In a lab the provider is a node like any other: what its own table says of the address goes with its hop. */
import type { ConnectionTrace, TraceHop } from "@netwright/api";
import { findLab, runIn } from "@netwright/lab";
import { labOf, usesLab } from "../arguments/connection.ts";
import { labContext } from "../lab/context.ts";
import type { Invocation } from "../verb.ts";

/** The trace as it is where the server is not a lab's, or no hop is at a provider. */
export async function withProviderRoutes(
  invocation: Invocation,
  trace: ConnectionTrace,
  address: string,
): Promise<ConnectionTrace> {
  if (!usesLab(invocation)) return trace;
  const lab = labOf(invocation);
  const { record } = await findLab(labContext, lab);
  const providers = new Set(record.topology.nodes.filter(({ role }) => role === "Provider").map(({ name }) => name));
  const hops = await Promise.all(
    trace.hops.map(async (hop) => {
      if (!providers.has(hop.place)) return hop;
      const command = ["ip", "-6", "-o", "route", "get", "fibmatch", address];
      const { code, stdout } = await runIn(labContext, {
        ...(lab === undefined ? {} : { lab }),
        node: hop.place,
        command,
      });
      return withRoute(hop, code === 0 ? stdout : "");
    }),
  );
  const broken = hops.find(({ findings }, index) => findings.length > (trace.hops[index]?.findings.length ?? 0));
  if (broken === undefined || trace.verdict !== "Delivered") return { ...trace, hops };
  return { verdict: "Broken", hops, reason: `${broken.place}: ${broken.findings.at(-1)}` };
}

/** @param route one line of `ip -o route get fibmatch`; empty where it has none. Pure. */
export function withRoute(hop: TraceHop, route: string): TraceHop {
  const prefix = /^[0-9a-f:]+\/\d+(?= )/.exec(route)?.[0];
  // The default route is the provider's own way out, not a way to us.
  if (prefix === undefined) return { ...hop, findings: [...hop.findings, "route: its table has none to this address"] };
  // The kernel lists them in the order in which they came.
  const devices = [...new Set(Array.from(route.matchAll(/ dev (\S+)/g), ([, device = ""]) => device))].toSorted();
  const other = hop.step === `route ${prefix}` ? "" : `${prefix} `;
  return { ...hop, detail: `${hop.detail}; its table: ${other}via ${devices.join(", ")}` };
}
