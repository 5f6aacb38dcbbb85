/** Several addresses into the firewall at once, so that one that is refused costs no other its place. */
import { isNetwrightError, type NetwrightError } from "@netwright/base";
import type { Admission } from "@netwright/drivers/firewall-nftables/index.ts";

/** @throws NW1601 when the transaction was refused as a whole; whatever else it throws is about no element. */
export type Load = (admissions: readonly Admission[]) => Promise<void>;

export interface Refused {
  readonly admissions: readonly Admission[];
  /** Of the first transaction that was refused. */
  readonly reason: NetwrightError;
}

/** Finds one among a thousand, and gives up soon on a set that takes nothing. Of one pattern. */
const refusalsMost = 16;

/**
 * All in one transaction; where that is refused each pattern in its own, since a set may be missing or full; where that is
 * refused too by halves.
 */
export async function admit(admissions: readonly Admission[], load: Load): Promise<Refused | undefined> {
  if (admissions.length === 0) return undefined;
  const reason = await tried(admissions, load);
  if (reason === undefined) return undefined;
  const refused: Admission[] = [];
  for (const group of Map.groupBy(admissions, ({ pattern }) => pattern).values()) {
    const isWhole = group.length === admissions.length;
    refused.push(...(await refusedOf(group, load, { left: refusalsMost }, isWhole)));
  }
  return refused.length === 0 ? undefined : { admissions: refused, reason };
}

/** @param isKnown the group is known to be refused as a whole */
async function refusedOf(
  group: readonly Admission[],
  load: Load,
  refusals: { left: number },
  isKnown: boolean,
): Promise<readonly Admission[]> {
  if (refusals.left === 0) return group;
  if (!isKnown && (await tried(group, load)) === undefined) return [];
  refusals.left--;
  if (group.length === 1) return group;
  const middle = Math.ceil(group.length / 2);
  const first = await refusedOf(group.slice(0, middle), load, refusals, false);
  return [...first, ...(await refusedOf(group.slice(middle), load, refusals, false))];
}

async function tried(admissions: readonly Admission[], load: Load): Promise<NetwrightError | undefined> {
  try {
    await load(admissions);
    return undefined;
  } catch (error) {
    if (isNetwrightError(error) && error.code === "NW1601") return error;
    throw error;
  }
}
