/** Which connections a clause is about. */
import type { Clause } from "@netwright/api";
import type { Port } from "./declared-ports.ts";

export function isMeant({ protocols, ports }: Pick<Clause, "protocols" | "ports">, { protocol, port }: Port): boolean {
  return (
    protocols.includes(protocol) &&
    (ports.length === 0 || ports.some(({ first, last }) => first <= port && port <= last))
  );
}
