import { expect, test } from "vitest";
import { RecentLines } from "./recent-lines.ts";
import { redactor, removed } from "./redact.ts";

const canary = "canary-7f3a9c51e2";
const redact = redactor([canary, "abc", `first line of it\nsecond "line" of it`]);

test.each([
  ["plain", canary],
  ["in JSON", JSON.stringify({ value: `${canary}\n` })],
  ["in hexadecimal", Buffer.from(canary).toString("hex")],
  ...[0, 1, 2, 3].map((skip) => [
    `in base64 after ${skip} octets`,
    Buffer.from(`${"x".repeat(skip)}${canary}yz`).toString("base64"),
  ]),
])("a known value %s", (_, text) => {
  const result = redact(`before ${text} after`);
  expect(result).toMatch(/^before .*\[removed\].* after$/);
  for (const part of ["canary", "7f3a9c51e2", Buffer.from(canary).toString("hex")]) expect(result).not.toContain(part);
  expect(Buffer.from(result.slice(7, -6).replace(removed, ""), "base64").toString()).not.toContain("7f3a9c");
});

test("a value of several lines, and a part of it", () => {
  expect(redact(JSON.stringify(`first line of it\nsecond "line" of it`))).toBe(`"${removed}"`);
  expect(redact("x first line of it y")).toBe(`x ${removed} y`);
  expect(redact("too short to be one: abc")).toBe("too short to be one: abc");
});

const pem = "-----BEGIN EC PRIVATE KEY-----\nMHcCAQEEI\n-----END EC PRIVATE KEY-----\n";
test.each([
  ["a private key", `a ${pem} b`, `a ${removed}\n b`],
  ["one in JSON", JSON.stringify({ pem }), `{"pem":"${removed}\\n"}`],
  ["one in base64", `x ${Buffer.from(pem).toString("base64")}`, `x ${removed}`],
  ["one that is cut off", pem.slice(0, 40), removed],
  ["a token", "nw_0123456789abcdef_Ab-c_d", removed],
  ["a header", "Authorization: Bearer abcdef", `Authorization: Bearer ${removed}`],
  ["a URL", "postgres://shop:hunter2@db/shop", `postgres://shop:${removed}@db/shop`],
  ["a TSIG key", "hmac-sha256:netwright.:c2VjcmV0c2VjcmV0", `hmac-sha256:netwright.:${removed}`],
  ["credentials of a registry", '{"auths":{"r":{"auth":"dTpw"}}}', `{"auths":{"r":{"auth":"${removed}"}}}`],
  ["a BGP password", 'password "hunter2";', `password "${removed}";`],
  ["a variable", '{"name":"DB_PASSWORD","value":"hunter2"}', `{"name":"DB_PASSWORD","value":"${removed}"}`],
  ["one in an environment", "DB_PASSWORD=hunter2 PORT=80", `DB_PASSWORD=${removed} PORT=80`],
  ["certificates and plain words stay", "-----BEGIN CERTIFICATE-----\nMII", "-----BEGIN CERTIFICATE-----\nMII"],
])("by its shape: %s", (_, text, expected) => {
  expect(redactor([])(text)).toBe(expected);
});

test("the last lines are kept, older ones forgotten", () => {
  const lines = new RecentLines(2);
  for (let number = 1; number <= 7; number++) lines.add(`${number}\n`);
  expect(lines.text()).toBe("6\n7\n");
});
