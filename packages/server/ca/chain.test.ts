/** What users and authorities may bring as a certificate, and what is said of what they may not. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Instant } from "@netwright/base";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { pairComplaint, servedCertificate, timeComplaint } from "./chain.ts";

const directory = mkdtempSync(join(tmpdir(), "netwright-chain-"));
afterAll(() => rmSync(directory, { recursive: true }));

interface Made {
  readonly crt: string;
  readonly key: string;
}

interface Wish {
  readonly signer?: string;
  readonly newKey?: readonly string[];
  readonly extensions?: readonly string[];
  readonly more?: readonly string[];
}

const p256 = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"];
const authority = ["basicConstraints=critical,CA:TRUE"];
const server = ["basicConstraints=critical,CA:FALSE", "extendedKeyUsage=serverAuth"];

/** By OpenSSL, so that it is what users have. */
function make(name: string, { signer, newKey = p256, extensions = server, more = [] }: Wish): Made {
  const files = ["-keyout", `${name}.key`, "-out", `${name}.crt`, "-subj", `/CN=${name}`, "-nodes", "-days", "30"];
  const signed = signer === undefined ? [] : ["-CA", `${signer}.crt`, "-CAkey", `${signer}.key`];
  const added = extensions.flatMap((extension) => ["-addext", extension]);
  const args = ["req", "-x509", ...newKey, ...files, ...signed, ...added, ...more];
  execFileSync("openssl", args, { cwd: directory, stdio: ["ignore", "ignore", "pipe"] });
  const [crt = "", key = ""] = ["crt", "key"].map((ending) =>
    readFileSync(join(directory, `${name}.${ending}`), "utf8"),
  );
  return { crt, key };
}

const names = "subjectAltName=DNS:shop.example.net,DNS:*.shop.example.net";
const leafWith = (name: string, wish: Wish = {}): Made =>
  make(name, { signer: "middle", ...wish, extensions: [...(wish.extensions ?? server), names] });

let root: Made;
let middle: Made;
let leaf: Made;
beforeAll(() => {
  root = make("root", { extensions: authority });
  middle = make("middle", { signer: "root", extensions: authority });
  leaf = leafWith("leaf");
});

const served = (chain: string, key: string, hostname = "shop.example.net"): ReturnType<typeof servedCertificate> =>
  servedCertificate(chain, key, hostname);

describe("is served", () => {
  test.each(["shop.example.net", "a.shop.example.net"])("for %s: the chain in order, its key behind it", (hostname) => {
    const answer = served(`text before\r\n${leaf.crt}\n\n${middle.crt}${root.crt}`, leaf.key, hostname);
    if ("message" in answer) throw new Error(answer.message);
    expect(answer.pem.match(/BEGIN [A-Z ]+/g)).toEqual([
      "BEGIN CERTIFICATE",
      "BEGIN CERTIFICATE",
      "BEGIN CERTIFICATE",
      "BEGIN PRIVATE KEY",
    ]);
    expect(answer.pem).not.toContain("text before");
    expect(Math.round((answer.notAfter - answer.notBefore) / 86_400_000)).toBe(30);
  });

  test("an RSA key in the old form, and a certificate that signs itself", () => {
    const own = make("own", { newKey: ["-newkey", "rsa:2048"], extensions: [names] });
    execFileSync("openssl", ["rsa", "-traditional", "-in", "own.key", "-out", "old.key"], {
      cwd: directory,
      stdio: "ignore",
    });
    const old = readFileSync(join(directory, "old.key"), "utf8");
    expect(old).toContain("BEGIN RSA PRIVATE KEY");
    expect(served(own.crt, old)).toMatchObject({ pem: expect.stringContaining("BEGIN PRIVATE KEY") as string });
  });

  test("until the first certificate of its chain ends that is not the client's own root", () => {
    make("brief", { signer: "root", extensions: authority, more: ["-days", "3"] });
    const under = leafWith("under", { signer: "brief" });
    const brief = readFileSync(join(directory, "brief.crt"), "utf8");
    const answer = served(under.crt + brief, under.key);
    if ("message" in answer) throw new Error(answer.message);
    expect(Math.round((answer.notAfter - answer.notBefore) / 86_400_000)).toBe(3);
    const { notBefore, notAfter } = answer;
    expect(timeComplaint(answer, notBefore)).toBeUndefined();
    expect(timeComplaint(answer, notAfter)).toMatch(/^expired at \d{4}-/);
    expect(timeComplaint(answer, (notBefore - 1) as Instant)).toMatch(/^is not valid before \d{4}-/);
  });
});

describe("is refused", () => {
  const cases: Record<string, readonly [pair: () => readonly [string, string], key: string, message: RegExp]> = {
    nothing: [() => ["", leaf.key], "tls.crt", /^is no certificate chain in PEM$/],
    "a damaged certificate": [
      () => [leaf.crt + middle.crt.replace(/\nMII../, "\nxxxxx"), leaf.key],
      "tls.crt",
      /^is no certificate chain: certificate 2 cannot be read$/,
    ],
    "no key": [() => [leaf.crt, leaf.crt], "tls.key", /^is no private key in PEM$/],
    "a key with a passphrase": [
      () => [leaf.crt, leaf.key.replaceAll("PRIVATE", "ENCRYPTED PRIVATE")],
      "tls.key",
      /passphrase/,
    ],
    "another key": [() => [leaf.crt, root.key], "tls.key", /does not belong to the first certificate/],
    "the chain upside down": [
      () => [root.crt + middle.crt + leaf.crt, leaf.key],
      "tls.crt",
      /^is in the wrong order: the key is that of certificate 3, which goes first$/,
    ],
    "a gap in the chain": [
      () => [leaf.crt + root.crt, leaf.key],
      "tls.crt",
      /^is no chain: certificate 1 is not signed by the one after it$/,
    ],
    "a certificate for clients": [
      () => {
        const { crt, key } = leafWith("client", { extensions: ["extendedKeyUsage=clientAuth"] });
        return [crt, key];
      },
      "tls.crt",
      /^is not for servers/,
    ],
    "a small RSA key": [
      () => {
        const { crt, key } = leafWith("small", { newKey: ["-newkey", "rsa:1024"] });
        return [crt, key];
      },
      "tls.crt",
      /^has an RSA key of 1024 bits in certificate 1: take ECDSA P-256/,
    ],
    "a curve that browsers do not know": [
      () => {
        const { crt, key } = leafWith("odd", { newKey: ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:secp256k1"] });
        return [crt, key];
      },
      "tls.crt",
      /^has a key on curve secp256k1/,
    ],
    Ed25519: [
      () => {
        const { crt, key } = leafWith("ed", { newKey: ["-newkey", "ed25519"] });
        return [crt, key];
      },
      "tls.crt",
      /^has a key of type ed25519, which browsers do not know/,
    ],
    "a signature with SHA-1": [
      () => {
        const { crt, key } = leafWith("sha1", { more: ["-sha1"] });
        return [crt, key];
      },
      "tls.crt",
      /^has a signature in certificate 1 that clients refuse: .*sha1/i,
    ],
  };
  test.each(Object.entries(cases))("%s", (_, [pair, key, message]) => {
    const [chain, text] = pair();
    const complaint = pairComplaint(chain, text);
    expect(complaint).toMatchObject({ key, message: expect.stringMatching(message) as string });
    expect(served(chain, text)).toEqual(complaint);
    expect(JSON.stringify(complaint)).not.toContain(text.split("\n")[2] ?? "");
  });

  test("another name, with those that it is for", () => {
    expect(served(leaf.crt, leaf.key, "www.example.net")).toEqual({
      key: "tls.crt",
      message: "is not for www.example.net, but for shop.example.net, *.shop.example.net",
    });
    expect(served(leaf.crt, leaf.key, "a.b.shop.example.net")).toHaveProperty("message");
    // Names in the subject count for nobody any more (RFC 9525 section 2).
    const old = make("shop.example.net", { signer: "middle" });
    expect(served(old.crt, old.key)).toMatchObject({ message: "is not for shop.example.net, but for no host name" });
  });
});
