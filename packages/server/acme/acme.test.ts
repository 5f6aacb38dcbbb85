/** The parts of the ACME client that a whole run does not show: times, refusals, signatures. */
import { createPublicKey, verify } from "node:crypto";
import type { Instant } from "@netwright/base";
import { milliseconds } from "@netwright/base";
import { describe, expect, test } from "vitest";
import { retryDelay } from "./back-off.ts";
import { oneLine, refusal, refusalOf, retryAfterIn } from "./failure.ts";
import { keyAuthorization, newAccountKey, privateKey, signed } from "./jws.ts";
import { proposedRenewal, usualRenewal, windowPause } from "./renewal.ts";

const minute = 60_000;
const day = 24 * 60 * minute;

describe("trying again", () => {
  test("ever later, up to half a day, and not all at once", () => {
    expect([1, 2, 3, 4, 5, 6, 60].map((failures) => retryDelay(failures, 0.5, undefined) / minute)).toEqual([
      1, 4, 16, 64, 256, 720, 720,
    ]);
    expect(retryDelay(1, 0, undefined)).toBe(0.8 * minute);
    expect(retryDelay(1, 1, undefined)).toBe(1.2 * minute);
  });

  test("often enough for a certificate that runs out: a third of its lifetime is left when the first try begins", () => {
    const lifetime = milliseconds(45_000);
    const waits = [1, 2, 3, 4].map((failures) => retryDelay(failures, 1, undefined, lifetime));
    expect(waits.reduce((sum, wait) => sum + wait, 0)).toBeLessThan(lifetime / 3);
    expect(retryDelay(6, 0.5, undefined, milliseconds(90 * day)) / minute).toBe(720);
  });

  test("fewer than five times an hour", () => {
    const waits = [1, 2, 3, 4].map((failures) => retryDelay(failures, 0, undefined));
    expect(waits.reduce((sum, wait) => sum + wait, 0)).toBeGreaterThan(60 * minute);
  });

  test("never before the authority says, but within a week", () => {
    for (const chance of [0, 0.5, 1]) expect(retryDelay(1, chance, milliseconds(day))).toBeGreaterThanOrEqual(day);
    expect(retryDelay(1, 0, milliseconds(365 * day))).toBe(7 * day);
    expect(retryDelay(9, 1, milliseconds(day), milliseconds(60_000))).toBeGreaterThanOrEqual(day);
    expect(retryDelay(3, 0.5, milliseconds(1000)) / minute).toBe(16);
  });

  test.each([
    ["120", 120_000],
    ["0", 0],
    ["Thu, 01 Jan 1970 00:01:00 GMT", 59_000],
    ["Thu, 01 Jan 1970 00:00:00 GMT", 0],
    ["soon", undefined],
    ["-5", undefined],
  ])("Retry-After: %s", (text, expected) => {
    expect(retryAfterIn(text, 1000 as Instant)).toBe(expected);
  });
});

describe("renewing", () => {
  const lifetime = { notBefore: 0 as Instant, notAfter: (90 * day) as Instant, since: 0 as Instant };
  const windowOf = (start: number, end: number): object => ({
    suggestedWindow: { start: new Date(start).toISOString(), end: new Date(end).toISOString() },
  });

  test("with a third of its life left", () => expect(usualRenewal(lifetime)).toBe(60 * day));

  test("within the window that is proposed, wherever chance has it", () => {
    const at = (chance: number) => proposedRenewal(windowOf(30 * day, 32 * day), lifetime, chance);
    expect([at(0), at(0.5), at(1)]).toEqual([30 * day, 31 * day, 32 * day]);
  });

  test("neither at once nor at the very end, whatever is proposed", () => {
    expect(proposedRenewal(windowOf(-2 * day, -day), lifetime, 0.5)).toBe(0.9 * day);
    expect(proposedRenewal(windowOf(400 * day, 500 * day), lifetime, 0.5)).toBe(67.5 * day);
  });

  test("of a window wider than its life, any moment that leaves time for failures", () => {
    const at = (chance: number) => Number(proposedRenewal(windowOf(-400 * day, 400 * day), lifetime, chance)) / day;
    expect([at(0), at(0.5), at(1)]).toEqual([0.9, expect.closeTo(34.2), 67.5]);
  });

  test.each([[{}], [{ suggestedWindow: {} }], [windowOf(day, day)], [{ suggestedWindow: { start: "x", end: "y" } }]])(
    "%j is no window",
    (answer) => expect(proposedRenewal(answer, lifetime, 0)).toBeUndefined(),
  );

  test("the window is asked for again when the authority says, within reason", () => {
    expect([0, day / 2, 9 * day].map((span) => windowPause(milliseconds(span)))).toEqual([minute, day / 2, day]);
    expect(windowPause(undefined)).toBe(day / 4);
  });
});

describe("what an authority says", () => {
  const body = (type: string, more = {}): string =>
    JSON.stringify({ type: `urn:ietf:params:acme:error:${type}`, detail: "no", ...more });
  const answer = (status: number, text: string, headers = {}) =>
    refusalOf({ status, headers, body: text }, 0 as Instant);

  test.each([
    ["rateLimited", "RateLimited"],
    ["dns", "DnsNotSet"],
    ["unauthorized", "ChallengeFailed"],
    ["caa", "CaaForbids"],
    ["externalAccountRequired", "AccountRefused"],
    ["newAndUnknown", "Refused"],
  ])("%s is %s", (type, reason) => {
    expect(answer(403, body(type))).toMatchObject({ code: "NW1622", reason, type });
  });

  test("parts of it are told too", () => {
    const subproblems = [{ detail: "a.example.net: no" }, { detail: "no" }];
    expect(answer(403, body("rejectedIdentifier", { subproblems })).message).toBe(
      "the authority says: no; a.example.net: no (rejectedIdentifier)",
    );
  });

  test("what is no problem document is a failure of the authority", () => {
    for (const text of ["", "<html>", "[]", "null", '"x"', "{}"])
      expect(answer(502, text)).toMatchObject({ code: "NW1621", reason: "AuthorityFailed" });
    expect(answer(429, "slow down", { "retry-after": "7" })).toMatchObject({ reason: "RateLimited", retryAfter: 7000 });
  });

  test("its words stay on one line and are cut", () => {
    expect(oneLine("a\r\n\u001B[31mb")).toBe("a [31mb");
    expect(refusal({ detail: "x".repeat(5000) }).message.length).toBeLessThan(450);
  });
});

test("a message is signed over what is sent, and the key authorization is that of RFC 7638", () => {
  const key = privateKey(newAccountKey());
  const message = JSON.parse(
    signed(key, { url: "https://ca.test/x", nonce: "n", account: "https://ca.test/1", payload: { a: 1 } }),
  ) as Record<"protected" | "payload" | "signature", string>;
  const header = JSON.parse(Buffer.from(message.protected, "base64url").toString()) as object;
  expect(header).toEqual({ alg: "ES256", kid: "https://ca.test/1", nonce: "n", url: "https://ca.test/x" });
  const input = Buffer.from(`${message.protected}.${message.payload}`);
  const signature = Buffer.from(message.signature, "base64url");
  expect(verify("sha256", input, { key: createPublicKey(key), dsaEncoding: "ieee-p1363" }, signature)).toBe(true);
  expect(keyAuthorization(key, "token")).toMatch(/^token\.[A-Za-z0-9_-]{43}$/);
});
