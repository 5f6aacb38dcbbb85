/** For tests. */
import { parseIpv6 } from "@netwright/base";
import type { DnsRecord } from "./records.ts";
import type { DnsServer } from "./render.ts";

export const server: DnsServer = {
  server: "::1",
  port: 5353,
  zone: "example.net",
  key: { name: "netwright", algorithm: "hmac-sha256", secret: "bm90IGEgc2VjcmV0OiBvbmx5IGZvciB0aGlzIHRlc3Q=" },
};

export const record = (name: string, address: string, ttl = 30): DnsRecord => ({
  name: `${name}.${server.zone}`,
  type: "AAAA",
  address: parseIpv6(address),
  ttl,
});
