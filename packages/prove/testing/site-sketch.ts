/** What services of a small site ask for, at random, and the objects that say so. */
import { kinds, type Service } from "@netwright/api";
import { parsePrefix } from "@netwright/base";
import * as fc from "fast-check";

export interface Sketch {
  readonly hosts: number;
  readonly services: readonly ServiceSketch[];
}

export interface ServiceSketch {
  readonly network: number;
  /** Hosts of the instances of each tier: a, b, c. */
  readonly tiers: readonly (readonly number[])[];
  /** Https: proxies on these hosts before the first tier. Tcp: to the tier. */
  readonly listener: {
    readonly kind: "Https" | "Tcp" | "None";
    readonly tier: number;
    readonly proxies: readonly number[];
    readonly balancers: readonly number[];
  };
  readonly allow: readonly {
    readonly service: number;
    readonly from: number;
    readonly to: number;
    readonly port: number;
    readonly udp: boolean;
  }[];
  readonly egress: readonly {
    readonly from: number;
    readonly to: "world" | "pool" | "away" | "name";
    readonly port: number;
  }[];
}

const someHosts = fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 3 });
const someHost = fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 2 });
const small = fc.integer({ min: 0, max: 2 });

const serviceSketch: fc.Arbitrary<ServiceSketch> = fc.record({
  network: small,
  tiers: fc.array(someHosts, { minLength: 1, maxLength: 3 }),
  listener: fc.record({
    kind: fc.constantFrom("Https" as const, "Tcp" as const, "None" as const),
    tier: small,
    proxies: someHost,
    balancers: someHost,
  }),
  allow: fc.array(
    fc.record({ service: small, from: small, to: small, port: fc.constantFrom(80, 8080, 5432), udp: fc.boolean() }),
    { maxLength: 2 },
  ),
  egress: fc.array(
    fc.record({
      from: small,
      to: fc.constantFrom("world" as const, "pool" as const, "away" as const, "name" as const),
      port: fc.constantFrom(443, 8080),
    }),
    { maxLength: 1 },
  ),
});

export const sketch: fc.Arbitrary<Sketch> = fc.record({
  hosts: fc.integer({ min: 2, max: 4 }),
  services: fc.array(serviceSketch, { minLength: 1, maxLength: 3 }),
});

export const pool = parsePrefix("2001:db8:100::/64");
export const egressTargets = {
  world: parsePrefix("2001:db8::/32"),
  pool,
  away: parsePrefix("2001:db8:f::/48"),
  name: "*.example.org",
} as const;
export const tierNames = ["a", "b", "c"] as const;
export const nameOf = (index: number): string => `s${index}`;
export const networkOf = ({ network }: ServiceSketch): string => `n${network}`;
export const tierPort = 8080;
export const origin = (service: number, field: string) => ({ object: `service/${nameOf(service)}`, field });

/** An index that another one of the same site stands for. */
export const within = (list: readonly unknown[], index: number): number => index % Math.max(1, list.length);

export function allowsOf({ services }: Sketch, own: ServiceSketch): ServiceSketch["allow"] {
  return own.allow
    .map((rule) => ({ ...rule, service: within(services, rule.service), to: within(own.tiers, rule.to) }))
    .map((rule) => ({ ...rule, from: within(services[rule.service]?.tiers ?? [], rule.from) }))
    .filter(({ service }) => services[service]?.network === own.network);
}

export function serviceOf(drawn: Sketch, own: ServiceSketch, index: number): Service {
  const { kind, tier } = own.listener;
  const target = tierNames[within(own.tiers, tier)];
  const hostname = `${nameOf(index)}.example.net`;
  const expose = {
    Https: [{ hostname, protocol: "HTTPS" }],
    Tcp: [{ hostname, protocol: "TCP", port: 443, tier: target }],
    None: [],
  };
  const written = {
    apiVersion: "netwright.dev/v1alpha1",
    kind: "Service",
    metadata: { name: nameOf(index) },
    spec: {
      network: networkOf(own),
      expose: expose[kind],
      tiers: own.tiers.map((_, at) => ({
        name: tierNames[at],
        workload: { image: "host", command: ["x"], port: tierPort },
      })),
      allow: allowsOf(drawn, own).map(({ service, from, to, port, udp }) => ({
        from: { service: nameOf(service), tier: tierNames[from] },
        to: tierNames[to],
        port,
        protocol: udp ? "UDP" : "TCP",
      })),
      egress: own.egress.map(({ from, to, port }) => ({
        from: tierNames[within(own.tiers, from)],
        to: egressTargets[to],
        port,
      })),
    },
  };
  return kinds.Service.complete(kinds.Service.schema.parse(written)) as Service;
}
