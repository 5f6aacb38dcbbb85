import { formatInstant, type Instant } from "@netwright/base";
import type { Service } from "@netwright/api";
import { expect, test } from "vitest";
import type { Obstacle } from "../acme/attempt.ts";
import type { Issued } from "../control/certificates.ts";
import { judgeCertificates } from "./certificate-status.ts";
import type { Facts } from "./facts.ts";

const now = Date.parse("2026-11-22T12:00:00Z") as Instant;
const ended = (now - 1000) as Instant;
const listener = { protocol: "HTTPS", port: 443, hostname: "shop.example.net" };

function messageOf(record: Partial<Issued>, obstacle?: Obstacle): string | undefined {
  const served = { pem: "", notBefore: 0 as Instant, notAfter: ended, ...record };
  const facts = {
    objects: { issuers: new Map() },
    now: formatInstant(now),
    certificates: { record: () => served, obstacle: () => obstacle },
  } as unknown as Facts;
  const verdict = judgeCertificates(facts, { spec: { expose: [listener] } } as unknown as Service);
  expect(verdict).toMatchObject({ status: "False", reason: "Expired" });
  return verdict?.message;
}

test("what has ended says what becomes of the next one", () => {
  const over = `shop.example.net: expired at ${formatInstant(ended)}; `;
  expect(messageOf({ issuer: "ca" })).toBe(`${over}the next one is being ordered from CertificateIssuer ca`);
  expect(messageOf({})).toBe(`${over}the built-in authority is making the next one`);
  const own = { secret: { name: "own", digests: "" } };
  expect(messageOf(own)).toBe(`${over}nobody renews it: put the next one into secret/own`);
  const failed = { reason: "RateLimited", message: "the authority says: too many; tried again after 2026-11-23" };
  expect(messageOf({ issuer: "ca" }, failed)).toBe(over + failed.message);
});
