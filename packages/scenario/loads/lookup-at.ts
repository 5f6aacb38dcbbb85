/** Asks one name server, so that no resolver remembers that a name was not there yet. */
import { Resolver } from "node:dns/promises";
import type { LookupFunction } from "node:net";

/** Once it has an address it asks no more. */
export function lookupAt(server: string): LookupFunction {
  const resolver = new Resolver({ timeout: 200, tries: 1 });
  resolver.setServers([`[${server}]`]);
  let known: string | undefined;
  const find = async (hostname: string): Promise<string> => (known ??= (await resolver.resolve6(hostname))[0] ?? "");
  return (hostname, { all = false }, tell) => {
    find(hostname).then(
      (address) => (all ? tell(null, [{ address, family: 6 }]) : tell(null, address, 6)),
      (error: unknown) => tell(error as NodeJS.ErrnoException, ""),
    );
  };
}
