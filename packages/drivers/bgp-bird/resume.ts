/** The moment after a restart at which the kernel's routes may be handed to the new BIRD. */
import { milliseconds } from "@netwright/base";
import type { NodeSystem } from "@netwright/contract";
import { birdc } from "./birdc.ts";
import { patience, waitFor } from "./engine.ts";
import { kernelRoutes } from "./kernel-routes.ts";
import { parseProtocols } from "./parse-protocols.ts";
import { parseRoutes } from "./parse-routes.ts";

/**
 * Waits until BIRD knows every prefix that its predecessor had put into the kernel, has heard something from every
 * neighbour, and has heard no more since the last look. A session is up long before its first route, and the routes
 * of one neighbour come in several messages with pauses between; BIRD does not show End-of-RIB (RFC 4724 section 2).
 * What is truly gone, or a neighbour that is away, must not hold up the rest for ever: the time over is no failure.
 */
export async function routesAreBack(system: NodeSystem): Promise<void> {
  const before = await kernelRoutes(system);
  let last = "";
  const back = async (): Promise<boolean> => {
    const protocols = parseProtocols(await birdc(system, "show", "protocols", "all"));
    const counts = protocols.filter(({ type }) => type === "BGP").map(({ imported }) => imported);
    const atRest = counts.join() === last;
    last = counts.join();
    if (!atRest || counts.includes(0)) return false;
    const known = new Set(parseRoutes(await birdc(system, "show", "route")).map(({ prefix }) => prefix));
    return before.every((prefix) => known.has(prefix));
  };
  await waitFor(system, back, patience, milliseconds(200));
}
