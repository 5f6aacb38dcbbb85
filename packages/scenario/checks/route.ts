/** `route`: what the kernel of a node does with an address or a prefix. */
import type { CheckKind } from "./look.ts";
import { shown } from "./expect-text.ts";
import { nextHopsProblem, printNextHops, type NextHop } from "./next-hops.ts";

interface KernelRoute {
  readonly dst: string;
  readonly type?: string;
  readonly gateway?: string;
  readonly via?: { readonly host: string };
  readonly dev?: string;
  readonly nexthops?: readonly Omit<KernelRoute, "nexthops">[];
}

export const route: CheckKind<"route"> = {
  title: ({ to, exists }, at) => `${at}: ${exists ? "a route" : "no route"} to ${to}`,
  look: async ({ spec: { to, via, exists }, at, world, limit }) => {
    const node = at as string;
    const { stdout, stderr } = await world.run(node, { argv: routeCommand(to) }, limit);
    const found = parseRoute(stdout);
    const expected = !exists ? `no route to ${to}` : via === undefined ? `a route to ${to}` : `via ${via.join(", ")}`;
    if (found === undefined) {
      const said = stderr.trim() === "" ? "" : `: ${shown(stderr)}`;
      return { ok: !exists, expected, seen: `no route to ${to}${said}` };
    }
    const seen = `${found.dst} ${printNextHops(world.topology, node, found.hops)}`;
    const other = via === undefined ? undefined : nextHopsProblem(world.topology, node, found.hops, via);
    return { ok: exists && other === undefined, expected, seen: other === undefined ? seen : `${seen} (${other})` };
  },
};

/** A prefix as it stands in the table; for an address the route that it takes. */
export const routeCommand = (to: string): readonly string[] => [
  "ip",
  "-j",
  to.includes(":") ? "-6" : "-4",
  ...(to === "default" || to.includes("/")
    ? ["route", "show", "table", "all", "exact", to]
    : ["route", "get", "fibmatch", to]),
];

/** Undefined: there is none, or one that leads nowhere. */
export function parseRoute(output: string): { readonly dst: string; readonly hops: readonly NextHop[] } | undefined {
  const trimmed = output.trim();
  const routes = trimmed === "" ? [] : (JSON.parse(trimmed) as readonly KernelRoute[]);
  const leading = routes.filter(({ type = "unicast" }) => ["unicast", "local"].includes(type));
  const [first] = leading;
  if (first === undefined) return undefined;
  // iproute2 prints IPv6 multipath routes in one entry or in several, by version.
  return { dst: first.dst, hops: leading.flatMap((each) => (each.nexthops ?? [each]).map(hopOf)) };
}

function hopOf({ gateway, via, dev }: Omit<KernelRoute, "nexthops">): NextHop {
  const address = gateway ?? via?.host;
  return { ...(address === undefined ? {} : { address }), ...(dev === undefined ? {} : { device: dev }) };
}
