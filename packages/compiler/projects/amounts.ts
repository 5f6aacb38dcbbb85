/** Amounts of resources in words. */
import { printCpu, printOctets, type MilliCpu, type Octets } from "@netwright/api";
import type { Resource } from "./users.ts";

export function printAmount(resource: Resource, amount: number): string {
  if (amount === 0) return "0";
  if (resource === "cpu") return printCpu(amount as MilliCpu);
  return resource === "memory" || resource === "storage" ? printOctets(amount as Octets) : String(amount);
}

const namedMax = 5;

/** `a, b, c and 2 more`. */
export function someOf(texts: readonly string[]): string {
  const more = texts.length - namedMax;
  return `${texts.slice(0, namedMax).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}
