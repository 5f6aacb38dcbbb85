/** What is refused costs nothing else its place, and is looked for with bounds. */
import { NetwrightError, seconds, type DomainPattern, type Ipv6 } from "@netwright/base";
import type { Admission } from "@netwright/drivers/firewall-nftables/index.ts";
import { expect, test } from "vitest";
import { admit } from "./admit.ts";

const of = (pattern: string, count: number): readonly Admission[] =>
  Array.from({ length: count }, (_, index) => ({
    pattern: pattern as DomainPattern,
    address: `2001:db8::${(index + 1).toString(16)}` as Ipv6,
    lifetime: seconds(60),
  }));

/** Takes whole transactions, as nft does: one that has anything bad in it changes nothing. */
function kernel(isBad: (admission: Admission) => boolean) {
  const taken = new Set<Admission>();
  let transactions = 0;
  const load = async (admissions: readonly Admission[]): Promise<void> => {
    transactions++;
    if (admissions.some(isBad)) throw new NetwrightError("NW1601", "nft: refused");
    for (const each of admissions) taken.add(each);
  };
  return { load, taken, transactions: () => transactions };
}

test("what is good costs one transaction; nothing costs none", async () => {
  const { load, taken, transactions } = kernel(() => false);
  expect(await admit([...of("*.a.example", 9), ...of("b.example", 9)], load)).toBeUndefined();
  expect([taken.size, transactions()]).toEqual([18, 1]);
  expect(await admit([], load)).toBeUndefined();
  expect(transactions()).toBe(1);
});

test("a pattern whose set is missing costs the others nothing", async () => {
  const all = [...of("missing.example", 64), ...of("*.example", 64)];
  const { load, taken, transactions } = kernel(({ pattern }) => pattern === "missing.example");
  const refused = await admit(all, load);
  expect(refused).toMatchObject({ reason: { code: "NW1601" } });
  expect(refused?.admissions).toEqual(all.slice(0, 64));
  expect([...taken]).toEqual(all.slice(64));
  expect(transactions()).toBeLessThan(20);
});

test.each([0, 511, 1023])("one bad address costs the other 1023 nothing: number %i", async (bad) => {
  const all = of("*.example", 1024);
  const { load, taken, transactions } = kernel((each) => each === all[bad]);
  expect((await admit(all, load))?.admissions).toEqual([all[bad]]);
  expect(taken.size).toBe(1023);
  expect(transactions()).toBeLessThan(30);
});

test("what is about no element is told at once", async () => {
  const load = async (): Promise<void> => {
    throw new NetwrightError("NW1605", "nft does not answer");
  };
  await expect(admit(of("*.example", 2), load)).rejects.toMatchObject({ code: "NW1605" });
});
