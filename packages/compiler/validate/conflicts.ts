/** Things that two objects claim at once (NW1302). The newer object is blamed, the older one named. */
import { objectName, serviceChain, type AnyObject, type FieldPath } from "@netwright/api";
import { prefixContains, prefixesOverlap, type Diagnostic, type Ipv6Prefix } from "@netwright/base";
import { hostRouterId } from "../compile/bgp.ts";
import { diagnose, type Applied, type ObjectSet } from "../objects.ts";
import { claimedBy, oneService } from "../projects/claims.ts";
import { claimTwice } from "./claims-of-services.ts";
import { unlessClean } from "./unless-clean.ts";

type Item = Applied<Parameters<typeof objectName>[0]>;

export function* checkConflicts(objects: ObjectSet): Generator<Diagnostic> {
  yield* checks.hostNumbers(objects);
  yield* checks.routerIds(objects);
  yield* checks.pools(objects);
  yield* checks.tenantPrefixes(objects);
  if (!claimTwice(objects)) return;
  yield* hostnames(objects);
  yield* instanceNames(objects);
}

const checks = {
  hostNumbers: unlessClean(hostNumbers, ["hosts"]),
  routerIds: unlessClean(routerIds, ["hosts", "routers"]),
  pools: unlessClean(pools, ["pools", "hosts"]),
  tenantPrefixes: unlessClean(tenantPrefixes, ["networks", "pools"]),
};

/** What was there first keeps what it has; objects of one apply go by name. */
function byAge<T extends AnyObject>(items: ReadonlyMap<string, Applied<T>>): readonly Applied<T>[] {
  const made = ({ object }: Applied<T>): string => object.metadata.createdAt ?? "~";
  return [...items.values()].toSorted((a, b) => (made(a) < made(b) ? -1 : made(a) > made(b) ? 1 : 0));
}

/** Remembers who claimed what first. */
class Claims {
  readonly #first = new Map<string | number, Item>();

  /** @returns the object that claimed it before, when that is another one. */
  claim(what: string | number, by: Item): Item | undefined {
    const first = this.#first.get(what);
    if (first === undefined) this.#first.set(what, by);
    return first === by ? undefined : first;
  }
}

function clash(item: Item, path: FieldPath, what: string, other: Item | undefined, hint?: string): Diagnostic[] {
  return other === undefined ? [] : [diagnose("NW1302", item, path, `${what} is ${claimedBy(item, other)}`, hint)];
}

function* hostNumbers(objects: ObjectSet): Generator<Diagnostic> {
  const [ids, asns, vteps] = [new Claims(), new Claims(), new Claims()];
  for (const host of byAge(objects.hosts)) {
    const { id, asn, vtep } = host.object.spec;
    yield* clash(
      host,
      ["spec", "id"],
      `host number ${id}`,
      ids.claim(id, host),
      "every host has a number of its own, from 1 to 65534",
    );
    yield* clash(
      host,
      ["spec", "asn"],
      `AS number ${asn}`,
      asns.claim(asn, host),
      "leave asn out to get 4200000000 + id",
    );
    yield* clash(host, ["spec", "vtep"], `tunnel end point ${vtep}`, vteps.claim(vtep, host));
  }
}

function* routerIds(objects: ObjectSet): Generator<Diagnostic> {
  const ids = new Claims();
  for (const host of byAge(objects.hosts)) ids.claim(hostRouterId(host.object.spec.id), host);
  for (const router of byAge(objects.routers)) {
    const { routerId } = router.object.spec;
    if (routerId !== undefined)
      yield* clash(router, ["spec", "routerId"], `BGP identifier ${routerId}`, ids.claim(routerId, router));
  }
}

function* pools(objects: ObjectSet): Generator<Diagnostic> {
  const seen: { readonly prefix: Ipv6Prefix; readonly item: Item }[] = [];
  for (const item of byAge(objects.pools)) {
    for (const [index, prefix] of item.object.spec.prefixes.entries()) {
      const path = ["spec", "prefixes", index];
      const other = seen.find((each) => prefixesOverlap(each.prefix, prefix));
      if (other !== undefined)
        yield diagnose("NW1302", item, path, `${prefix} overlaps ${other.prefix} of ${objectName(other.item.object)}`);
      for (const host of byAge(objects.hosts)) {
        if (!prefixContains(prefix, host.object.spec.vtep)) continue;
        yield diagnose(
          "NW1302",
          item,
          path,
          `${prefix} covers the tunnel end point ${host.object.spec.vtep} of ${objectName(host.object)}`,
          "public addresses and the underlay must be apart",
        );
      }
      seen.push({ prefix, item });
    }
  }
}

/** Tenant networks may overlap each other; they may not overlap public addresses, or replies would stay inside. */
function* tenantPrefixes(objects: ObjectSet): Generator<Diagnostic> {
  for (const item of objects.networks.values()) {
    const { prefix } = item.object.spec;
    if (prefix === undefined) continue;
    for (const pool of byAge(objects.pools)) {
      const other = pool.object.spec.prefixes.find((each) => prefixesOverlap(each, prefix));
      if (other === undefined) continue;
      yield diagnose(
        "NW1302",
        item,
        ["spec", "prefix"],
        `${prefix} overlaps ${other} of ${objectName(pool.object)}`,
        "tenant networks are never announced; choose a prefix from fd00::/8",
      );
    }
  }
}

/** One name is one address, so one service has it, whatever the ports. */
function* hostnames(objects: ObjectSet): Generator<Diagnostic> {
  const names = new Claims();
  for (const item of byAge(objects.services)) {
    const own = new Set<string>();
    for (const [index, { hostname, port, protocol }] of item.object.spec.expose.entries()) {
      const key = `${hostname} ${protocol === "UDP" ? "udp" : "tcp"} ${port}`;
      const path = ["spec", "expose", index, "hostname"];
      if (own.has(key)) yield diagnose("NW1302", item, path, `${hostname}:${port} is exposed twice`);
      own.add(key);
      yield* clash(item, path, `${hostname}:${port}`, names.claim(hostname, item), oneService);
    }
  }
}

/** Services `a-b` with tier `c` and `a` with tier `b-c` would both have an instance `a-b-c-1`. */
function* instanceNames(objects: ObjectSet): Generator<Diagnostic> {
  const names = new Claims();
  for (const item of byAge(objects.services)) {
    const { name, project } = item.object.metadata;
    for (const { name: tier, field } of serviceChain(item.object)) {
      yield* clash(
        item,
        field,
        `instance name ${name}-${tier}-N`,
        names.claim(`${project}/${name}-${tier}`, item),
        "rename the service or the tier",
      );
    }
  }
}
