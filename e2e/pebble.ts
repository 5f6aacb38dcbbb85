/** Debian's pebble in a lab: a certificate authority that speaks ACME strictly, and is not ours. */
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { LiveLab } from "./live-lab.ts";
import { until } from "./until.ts";

export interface Pebble {
  /** URL of its directory, as the server reaches it. */
  readonly directory: string;
  /** What its own TLS is verified against, PEM. */
  readonly caBundle: string;
  /** A file with the root of the certificates that it issues. */
  readonly rootFile: string;
  stop(): Promise<void>;
}

/** What pebble takes accounts for, where it asks for a binding. */
export const externalAccount = {
  keyId: "kid-1",
  key: "zWNDZM6eQGHWpSRTPal5eIUYFTu7EajVIoguysqZ9wG44nMEtx3MUAsUDkMTQ12W",
} as const;

/** Refuses every third nonce, takes its time to look, and issues for `seconds`. Asks the name server beside which it runs. */
export async function startPebble(
  lab: LiveLab,
  directory: string,
  validSeconds: number,
  isBound = false,
): Promise<Pebble> {
  const node = "dns";
  const addresses = await lab.at(node, "ip -6 -o address show scope global");
  const address = /fd00:0:0:3:[0-9a-f:]+/.exec(addresses)?.[0] ?? "";
  mkdirSync(directory, { recursive: true });
  const file = (name: string): string => join(directory, name);
  const names = ["-subj", "/CN=pebble", "-addext", `subjectAltName=IP:${address}`];
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
  const openssl = ["req", "-x509", ...key, ...names, "-days", "9", "-keyout", file("tls.key"), "-out", file("tls.crt")];
  execFileSync("openssl", openssl, { stdio: "ignore" });
  const pebble = {
    listenAddress: `[${address}]:14000`,
    managementListenAddress: `[${address}]:15000`,
    certificate: file("tls.crt"),
    privateKey: file("tls.key"),
    httpPort: 80,
    tlsPort: 443,
    externalAccountBindingRequired: isBound,
    ...(isBound ? { externalAccountMACKeys: { [externalAccount.keyId]: externalAccount.key } } : {}),
    certificateValidityPeriod: validSeconds,
  };
  writeFileSync(file("pebble.json"), JSON.stringify({ pebble }));
  const moods = "PEBBLE_WFE_NONCEREJECT=33 PEBBLE_VA_SLEEPTIME=1 PEBBLE_AUTHZREUSE=0";
  const command = `exec env ${moods} pebble -strict -dnsserver '[::1]:53' -config ${file("pebble.json")}`;
  const child = lab.startAt(node, `echo $$ >${file("pid")}; ${command} >${file("log")} 2>&1`);
  const root = await until(
    "pebble answers",
    () => lab.tryAt(node, `curl -sS --noproxy '*' --cacert ${file("tls.crt")} https://[${address}]:15000/roots/0`),
    ({ code }) => code === 0,
  );
  writeFileSync(file("root.pem"), root.stdout);
  return {
    directory: `https://[${address}]:14000/dir`,
    caBundle: readFileSync(file("tls.crt"), "utf8"),
    rootFile: file("root.pem"),
    async stop() {
      await lab.at(node, `kill $(cat ${file("pid")})`);
      if (child.exitCode === null) await once(child, "close");
    },
  };
}
