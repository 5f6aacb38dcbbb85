import { execFileSync } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect, createServer, type TLSSocket } from "node:tls";
import { isNetwrightError, type Instant } from "@netwright/base";
import { systemClock, systemEntropy } from "@netwright/base/node-clock.ts";
import { afterAll, describe, expect, test } from "vitest";
import { createAuthority, loadAuthority, type Authority, type IssuedCertificate } from "./authority.ts";

const directory = mkdtempSync(join(tmpdir(), "netwright-ca-"));
afterAll(() => rmSync(directory, { recursive: true }));

const authority = await createAuthority(systemEntropy, systemClock);
const shop = await authority.issue({
  hostnames: ["shop.example.net", "*.shop.example.net"],
  addresses: ["2001:db8::1", "192.0.2.1"],
});

function openssl(...args: string[]): string {
  return execFileSync("sh", ["-c", `openssl "$@" 2>&1 || true`, "openssl", ...args], {
    encoding: "utf8",
    cwd: directory,
  });
}

function save(name: string, text: string): string {
  writeFileSync(join(directory, name), text);
  return name;
}

function verify(root: Authority, { certificate }: IssuedCertificate, ...more: string[]): string {
  const files = ["-CAfile", save("root.pem", root.pem.certificate), ...more, save("leaf.pem", certificate)];
  return openssl("verify", "-x509_strict", "-check_ss_sig", "-purpose", "sslserver", ...files);
}

describe("OpenSSL, strictly", () => {
  test.each([
    ["-verify_hostname", "shop.example.net"],
    ["-verify_hostname", "a.shop.example.net"],
    ["-verify_ip", "2001:db8::1"],
    ["-verify_ip", "192.0.2.1"],
  ])("accepts %s %s", (flag, name) => {
    expect(verify(authority, shop, flag, name)).toBe("leaf.pem: OK\n");
  });

  test("refuses other names, another root and other times", async () => {
    expect(verify(authority, shop, "-verify_hostname", "other.example.net")).toContain("hostname mismatch");
    expect(verify(await createAuthority(systemEntropy, systemClock), shop)).toContain("unable to get local issuer");
    const after = Math.floor(shop.notAfter / 1000) + 1;
    expect(verify(authority, shop, "-attime", `${after}`)).toContain("certificate has expired");
    expect(verify(authority, shop, "-attime", `${after - 2}`)).toBe("leaf.pem: OK\n");
  });

  test("a leaf signs nothing", async () => {
    const posing = await loadAuthority(shop, systemEntropy, systemClock);
    const forged = await posing.issue({ hostnames: ["bank.example.net"] });
    const chain = ["-untrusted", save("posing.pem", shop.certificate)];
    expect(verify(authority, forged, ...chain)).toMatch(/error \d+ at/);
  });
});

describe("the profile", () => {
  const text = (pem: string) => openssl("x509", "-noout", "-text", "-in", save("text.pem", pem));

  test("of the root", () => {
    const root = text(authority.pem.certificate);
    for (const part of [
      "ASN1 OID: prime256v1",
      "CA:TRUE, pathlen:0",
      "Certificate Sign, CRL Sign",
      "X509v3 Subject Key Identifier",
    ]) {
      expect(root).toContain(part);
    }
    const { validFrom, validTo } = new X509Certificate(authority.pem.certificate);
    expect((Date.parse(validTo) - Date.parse(validFrom)) / 86_400_000).toBeCloseTo(3652, 1);
  });

  test("of a leaf", () => {
    const leaf = text(shop.certificate);
    for (const part of [
      "CA:FALSE",
      "Digital Signature",
      "TLS Web Server Authentication",
      "X509v3 Authority Key Identifier",
      "X509v3 Subject Key Identifier",
      "DNS:shop.example.net",
    ]) {
      expect(leaf).toContain(part);
    }
  });

  test("serial numbers have 128 bits, are positive and differ", async () => {
    const serials = [shop, await authority.issue({ hostnames: ["a.example.net"] })].map(
      ({ certificate }) => new X509Certificate(certificate).serialNumber,
    );
    for (const serial of serials) expect(serial).toMatch(/^[4-7][0-9A-F]{31}$/);
    expect(new Set(serials).size).toBe(2);
  });

  test("validity follows the clock, starts a little before and never outlives the root", async () => {
    const now = Date.parse("2030-01-01T00:00:00Z") as Instant;
    const later = await loadAuthority(authority.pem, systemEntropy, { now: () => now });
    const { certificate } = await later.issue({ hostnames: ["a.example.net"], days: 7 });
    const { validFrom, validTo } = new X509Certificate(certificate);
    expect([validFrom, validTo].map((date) => new Date(date).toISOString())).toEqual([
      "2029-12-31T23:55:00.000Z",
      "2030-01-08T00:00:00.000Z",
    ]);
    expect((await authority.issue({ hostnames: ["a.example.net"], days: 9999 })).notAfter).toBe(authority.notAfter);
  });
});

test("a Node client that checks accepts the name and refuses another", async () => {
  const server = createServer({ cert: shop.certificate, key: shop.key });
  await new Promise<void>((resolve) => server.listen(0, "::1", resolve));
  const { port } = server.address() as { port: number };
  const handshake = (servername: string, ca: string) =>
    new Promise<string>((resolve) => {
      const socket: TLSSocket = connect({ host: "::1", port, servername, ca }, () => {
        resolve(`authorized ${socket.authorized}`);
        socket.end();
      });
      socket.on("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    });
  const stranger = await createAuthority(systemEntropy, systemClock);
  expect(await handshake("shop.example.net", authority.pem.certificate)).toBe("authorized true");
  expect(await handshake("other.example.net", authority.pem.certificate)).toBe("ERR_TLS_CERT_ALTNAME_INVALID");
  expect(await handshake("shop.example.net", stranger.pem.certificate)).toMatch(/SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO/);
  server.close();
});

test("stored and loaded, it is the same authority", async () => {
  const again = await loadAuthority(authority.pem, systemEntropy, systemClock);
  expect(again.pem).toEqual(authority.pem);
  expect(verify(authority, await again.issue({ hostnames: ["b.example.net"] }))).toBe("leaf.pem: OK\n");
});

async function codeOf(action: Promise<unknown>): Promise<string> {
  return action.then(
    () => "none",
    (error: unknown) => (isNetwrightError(error) ? error.code : String(error)),
  );
}

test("another root's key, and what is no PEM, are refused", async () => {
  const other = await createAuthority(systemEntropy, systemClock);
  const load = (change: object) => codeOf(loadAuthority({ ...authority.pem, ...change }, systemEntropy, systemClock));
  expect(await load({ key: other.pem.key })).toBe("NW1509");
  expect(await load({ key: "" })).toBe("NW1509");
  expect(await load({ certificate: "junk" })).toBe("NW1509");
});

test.each([[[]], [["a b"]], [["-a.example.net"]], [["a\u0000.example.net"]], [["*.*.net"]]])(
  "the names %j are refused",
  async (hostnames) => {
    expect(await codeOf(authority.issue({ hostnames }))).toBe("NW1203");
  },
);
