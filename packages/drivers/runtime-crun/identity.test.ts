/** How a workload's certificate gets to it, and how the next one takes its place. */
import { lstatSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { nodeFiles } from "@netwright/system";
import { afterAll, expect, test } from "vitest";
import { identityFiles, writeIdentity } from "./identity.ts";

const directory = mkdtempSync(join(tmpdir(), "netwright-identity-"));
afterAll(() => rmSync(directory, { recursive: true }));

const bundle = { tls: join(directory, "tls"), identity: join(directory, "identity") };
const pem = (name: string): string =>
  Buffer.from(
    `-----BEGIN CERTIFICATE-----\n${name}\n-----END CERTIFICATE-----\n-----BEGIN PRIVATE KEY-----\n${name}\n-----END PRIVATE KEY-----\n`,
  ).toString("base64");
const identity = (digest: string) => ({ digest, authority: "AUTHORITY\n", name: "web.shop.internal" });

test("until the value has come there is none", () => {
  expect(identityFiles(identity("one"), undefined)).toBeUndefined();
  expect(identityFiles(undefined, pem("one"))).toBeUndefined();
});

test("three files, exchanged together, the key for its user alone, and nothing of the old ones left", async () => {
  const owner = { uid: 1234, gid: 99 };
  for (const digest of ["one", "two", "two"]) {
    const files = identityFiles(identity(digest), pem(digest));
    if (files === undefined) throw new Error("it has come");
    // Whoever exchanges it later knows of no owner: the directory has one.
    await writeIdentity({ files: nodeFiles }, bundle, files, digest === "one" ? owner : { uid: 0, gid: 0 });
    const read = (name: string): string => readFileSync(join(bundle.tls, name), "utf8");
    expect(read("tls.crt")).toBe(`-----BEGIN CERTIFICATE-----\n${digest}\n-----END CERTIFICATE-----\n`);
    expect(read("tls.key")).toBe(`-----BEGIN PRIVATE KEY-----\n${digest}\n-----END PRIVATE KEY-----\n`);
    expect(read("ca.crt")).toBe("AUTHORITY\n");
    expect(readFileSync(bundle.identity, "utf8")).toBe(digest);
    expect(readlinkSync(join(bundle.tls, "..data"))).toBe(`..${digest}`);
    expect(readdirSync(bundle.tls)).toEqual([`..${digest}`, "..data", "ca.crt", "tls.crt", "tls.key"].toSorted());
    const { mode, uid, gid } = statSync(join(bundle.tls, "tls.key"));
    expect([(mode & 0o777).toString(8), uid, gid]).toEqual(["400", 1234, 99]);
    expect(lstatSync(join(bundle.tls, "tls.key")).isSymbolicLink()).toBe(true);
  }
});

test("what is there is left alone: a program that reads it meanwhile finds all of it", async () => {
  const files = identityFiles(identity("same"), pem("same"));
  if (files === undefined) throw new Error("it has come");
  const key = (): number => statSync(join(bundle.tls, "tls.key")).ino;
  await writeIdentity({ files: nodeFiles }, bundle, files, { uid: 0, gid: 0 });
  const before = key();
  await writeIdentity({ files: nodeFiles }, bundle, files, { uid: 0, gid: 0 });
  expect(key()).toBe(before);
});
