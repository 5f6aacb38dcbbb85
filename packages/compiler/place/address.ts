import type { Ipv6 } from "@netwright/base";
import type { InstanceEntry } from "../ledger-entries.ts";
import { ledgerKeys } from "../ledger-keys.ts";
import type { Ledger } from "../ledger.ts";

/** The public address that leads to the instance. */
export function addressOf(ledger: Pick<Ledger, "get">, { project, service, former }: InstanceEntry): Ipv6 | undefined {
  if (former !== undefined) {
    const entry = ledger.get(ledgerKeys.former(project, service, former));
    return entry?.kind === "Former" ? (entry.address ?? undefined) : undefined;
  }
  const vip = ledger.get(ledgerKeys.vip(project, service));
  return vip?.kind === "Vip" ? vip.address : undefined;
}
