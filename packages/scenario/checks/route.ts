/** `route`: what the kernel of a node does with an address or a prefix. */
import type { NodeRunResult } from "@netwright/lab";
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
    const done = await world.run(node, { argv: routeCommand(to) }, limit);
    const { stderr } = done;
    const expected = !exists ? `no route to ${to}` : via === undefined ? `a route to ${to}` : `via ${via.join(", ")}`;
    if (!isAnswer(done)) {
      const seen = done.timedOut
        ? `ip did not answer in ${limit.timeout} ms`
        : `exit status ${done.code}: ${shown(stderr)}`;
      return { ok: false, unknown: true, expected, seen };
    }
    const found = done.code === 0 ? parseRoute(done.stdout) : undefined;
    if (found === undefined) {
      const said = stderr.trim() === "" ? "" : `: ${shown(stderr)}`;
      return { ok: !exists, expected, seen: `no route to ${to}${said}` };
    }
    const seen = `${found.dst} ${printNextHops(world.topology, node, found.hops)}`;
    const other = via === undefined ? undefined : nextHopsProblem(world.topology, node, found.hops, via);
    return { ok: exists && other === undefined, expected, seen: other === undefined ? seen : `${seen} (${other})` };
  },
};

/** What the kernel says of an address that no route, or one that leads nowhere, is for; and of a table that is not there. */
const noRoute =
  /RTNETLINK answers: (?:Network is unreachable|No route to host|Permission denied|Invalid argument)|FIB table does not exist/;

/** Any other failure of ip says nothing about routes. */
export const isAnswer = ({ code, stderr, timedOut }: Pick<NodeRunResult, "code" | "stderr" | "timedOut">): boolean =>
  !timedOut && (code === 0 || (code === 2 && noRoute.test(stderr)));

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
