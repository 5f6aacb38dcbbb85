/** When a lab is ready: agents report, sessions are up, and what BGP tells first has arrived. */
import { milliseconds } from "@netwright/base";
import { runsAgent } from "../programs/netwright.ts";
import { notReady, type Site } from "../sandbox/start-programs.ts";
import { sessionEnds, type SessionEnd } from "../topology/sessions.ts";
import { waitUntil } from "../wait.ts";
import { clientOf, notReadyOf } from "./agents-ready.ts";
import { routesMissing, routesNotThere } from "./first-routes.ts";
import { sessionsDown, sessionsNotUp } from "./sessions-up.ts";

/**
 * Until every host and every managed router is Ready, every BGP session is up at both its ends, and its first routes are
 * in the kernel: BIRD 2.0.12 sends them up to a second after the session is up.
 * @returns the names of hosts and routers. @throws NW1605 that names what is missing: agents, sessions or routes.
 */
export async function fabricReady(site: Site, signal?: AbortSignal): Promise<readonly string[]> {
  const client = await clientOf(site, signal);
  const wanted = site.topology.nodes.filter(runsAgent).map(({ name }) => name);
  let waiting: readonly string[] = wanted;
  let down: readonly SessionEnd[] = sessionEnds(site.topology);
  let unrouted: readonly string[] = [];
  const allReady = async (): Promise<boolean> => {
    // Who was ready once need not be asked again: the sessions tell more.
    if (waiting.length > 0) waiting = await notReadyOf(client, waiting);
    if (waiting.length > 0) return false;
    if (down.length > 0) down = await sessionsDown(site, client);
    if (down.length > 0) return false;
    unrouted = await routesMissing(site);
    return unrouted.length === 0;
  };
  const limit = milliseconds(60_000 + 500 * wanted.length);
  if (await waitUntil(site.context.clock, allReady, limit, milliseconds(50), signal)) return wanted;
  if (waiting.length > 0) {
    throw notReady(
      site.paths,
      waiting.map((node) => ({ node, program: "agent" })),
    );
  }
  throw down.length > 0 ? sessionsNotUp(site, down) : routesNotThere(site, unrouted);
}
