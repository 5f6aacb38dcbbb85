/** The certificate authority as one file of the state directory, and what it issues for. */
import { hostname as machineName, networkInterfaces } from "node:os";
import { NetwrightError, type Clock, type Entropy } from "@netwright/base";
import type { Files } from "@netwright/contract";
import { createAuthority, loadAuthority, type Authority } from "./ca/authority.ts";
import type { Issue } from "./control/certificates.ts";
import type { Identity } from "./http/listen.ts";

/** Certificate and key lie in one file with mode 0600, so that neither is ever there without the other. @throws NW1509. */
export async function loadAuthorityFile(
  files: Files,
  path: string,
  entropy: Entropy,
  clock: Clock,
): Promise<Authority> {
  const text = await files.read(path);
  if (text === undefined) {
    const made = await createAuthority(entropy, clock);
    await files.write(path, `${made.pem.certificate.trim()}\n${made.pem.key.trim()}\n`, 0o600);
    return made;
  }
  const [certificate, key] = ["CERTIFICATE", "PRIVATE KEY"].map(
    (label) => new RegExp(`-----BEGIN ${label}-----[^-]+-----END ${label}-----\n`).exec(text)?.[0],
  );
  if (certificate === undefined || key === undefined)
    throw new NetwrightError("NW1509", `${path} is not a certificate and its key`);
  return loadAuthority({ certificate, key }, entropy, clock);
}

/** Issues for service hostnames. */
export function issuerOf(authority: Authority, clock: Clock): Issue {
  return async (hostname) => {
    const { certificate, key, notAfter } = await authority.issue({ hostnames: [hostname] });
    return { pem: `${certificate.trim()}\n${key.trim()}\n`, notBefore: clock.now(), notAfter };
  };
}

/** For the server's own TLS: the address that it listens on, or all of the machine where it listens on any. */
export async function serverIdentity(authority: Authority, host: string): Promise<Identity> {
  const any = host === "::" || host === "0.0.0.0";
  const all = Object.values(networkInterfaces())
    .flatMap((list) => (list ?? []).map(({ address }) => address))
    .filter((address) => !address.startsWith("fe80:"));
  const name = machineName().toLowerCase();
  const hostnames = ["localhost", ...(/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/.test(name) ? [name] : [])];
  const { certificate, key } = await authority.issue({
    hostnames: [...new Set(hostnames)],
    addresses: any ? [...new Set(all)] : [host],
  });
  return { certificate, key };
}
