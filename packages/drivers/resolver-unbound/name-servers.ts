/** The name servers that a node itself asks: resolv.conf(5). Pure. */
import { isIP } from "node:net";

export const resolvConfPath = "/etc/resolv.conf";

/** What follows `nameserver`, where it is an address: a scope may stand behind it (RFC 4007 section 11). */
export function parseResolvConf(text: string): readonly string[] {
  const servers = text.split("\n").flatMap((line) => {
    const address = /^\s*nameserver\s+(\S+)/.exec(line)?.[1];
    return address === undefined || !isAddress(address) ? [] : [address];
  });
  return [...new Set(servers)];
}

const isAddress = (text: string): boolean => {
  const [address = "", scope, ...rest] = text.split("%");
  return rest.length === 0 && isIP(address) !== 0 && (scope === undefined || /^[\w.-]{1,15}$/.test(scope));
};
