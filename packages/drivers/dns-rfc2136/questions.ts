/** Asks the zone's own name server, past every cache. */
import { Resolver } from "node:dns/promises";
import { formatIpv6, ipv6Value, messageOf, NetwrightError, type Ipv6 } from "@netwright/base";
import { markerName, markerText, type DnsName } from "./records.ts";
import type { DnsServer } from "./render.ts";

export interface Questions {
  /** @throws NW1505 when the server does not answer, NW1601 when it refuses to. */
  read(name: string): Promise<DnsName>;
  /** The records that say where a name leads, as text: `AAAA 2001:db8::1`. */
  pointers(name: string): Promise<readonly string[]>;
}

/** Milliseconds until the first try counts as lost; the second has twice that. */
const patience = 1000;

export function askServer({ server, port, zone }: DnsServer): Questions {
  const resolver = new Resolver({ timeout: patience, tries: 2 });
  resolver.setServers([server.includes(":") ? `[${server}]:${port}` : `${server}:${port}`]);
  const ask = <T>(answer: Promise<readonly T[]>): Promise<readonly T[]> =>
    answer.catch((cause: unknown) => noneOr(cause, `name server ${server} port ${port}`, zone));
  return {
    async read(name) {
      const [addresses, texts] = await Promise.all([
        ask(resolver.resolve6(name, { ttl: true })),
        ask(resolver.resolveTxt(markerName(name))),
      ]);
      return {
        name,
        addresses: addresses.map(({ address, ttl }) => ({ address: canonical(address), ttl })),
        owned: texts.length === 1 && texts[0]?.join("") === markerText,
      };
    },
    async pointers(name) {
      const [aliases, v6, v4] = await Promise.all([
        ask(resolver.resolveCname(name)),
        ask(resolver.resolve6(name)),
        ask(resolver.resolve4(name)),
      ]);
      // Behind an alias the addresses belong to another name.
      if (aliases.length > 0) return aliases.map((target) => `CNAME ${target}`);
      return [...v6.map((address) => `AAAA ${address}`), ...v4.map((address) => `A ${address}`)];
    },
  };
}

function noneOr(cause: unknown, server: string, zone: string): readonly never[] {
  const code = (cause as NodeJS.ErrnoException).code ?? "";
  if (code === "ENOTFOUND" || code === "ENODATA") return [];
  if (code === "EREFUSED" || code === "ESERVFAIL") {
    throw new NetwrightError("NW1601", `${server} does not answer for zone ${zone} (${code.slice(1)})`, {
      hint: "check the zone's name and that this server is its primary",
      cause,
    });
  }
  throw new NetwrightError("NW1505", `${server} cannot be reached: ${messageOf(cause)}`, { cause });
}

const canonical = (text: string): Ipv6 => formatIpv6(ipv6Value(text) ?? 0n);
