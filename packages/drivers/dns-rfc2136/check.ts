/** What must be right before anything is sent: a name that is not one could smuggle commands into the update. Pure. */
import { isIP } from "node:net";
import { NetwrightError, type Diagnostic } from "@netwright/base";
import { markerName } from "./records.ts";
import type { DnsServer } from "./render.ts";

const label = "[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?";
const domainName = new RegExp(`^${label}(\\.${label})*$`);

/** RFC 1035 section 3.1: 255 octets with length octets and root, which is 253 characters. */
const longest = 253;

const isDomainName = (text: string): boolean => text.length <= longest && domainName.test(text);

/** @throws NW1203 naming the part that is wrong; never shows a secret. */
export function checkServer({ server, port, zone, key }: DnsServer): void {
  if (isIP(server) === 0) wrong(`server ${JSON.stringify(server)} is not an IP address`);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) wrong(`${port} is not a port (1 to 65535)`);
  if (!isDomainName(zone)) wrong(`zone ${JSON.stringify(zone)} is not a domain name`);
  if (!isDomainName(key.name)) wrong(`key name ${JSON.stringify(key.name)} is not a domain name`);
  if (!/^hmac-sha(256|384|512)$/.test(key.algorithm)) wrong(`key algorithm ${key.algorithm} is not known`);
  if (!/^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(key.secret) || key.secret === "") {
    wrong(`the secret of key ${key.name} is not base64`);
  }
}

function wrong(what: string): never {
  throw new NetwrightError("NW1203", `dns: ${what}`);
}

/** Undefined when the name can have records in the zone. */
export function nameProblem(name: string, zone: string): Diagnostic | undefined {
  const problem = (message: string): Diagnostic => ({ code: "NW1203", subject: name, message });
  if (!domainName.test(name)) return problem(`${JSON.stringify(name)} is not a domain name`);
  if (name !== zone && !name.endsWith(`.${zone}`)) return problem(`${name} is not inside zone ${zone}`);
  if (!isDomainName(markerName(name)))
    return problem(`${name} is too long: its marker would have over ${longest} characters`);
  return undefined;
}
