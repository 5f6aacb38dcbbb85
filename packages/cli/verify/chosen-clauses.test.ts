import { expect, test } from "vitest";
import { justifiedClause, provedClause, refutedClause, reportOf, unprovedClause } from "../testing/proofs.ts";
import { chosenClauses } from "./chosen-clauses.ts";
import { statusOf } from "./exit-status.ts";

const all = reportOf(provedClause, refutedClause, justifiedClause, unprovedClause);
const names = (name: string | undefined): readonly string[] =>
  chosenClauses(all, name).clauses.map(({ clause }) => clause);

test("clauses are chosen by whole name, by object, and by their own name", () => {
  expect(names(undefined)).toHaveLength(4);
  expect(names("service/shop")).toEqual(["service/shop public", "service/shop ensures[1]"]);
  expect(names("cards")).toEqual(["contract/pci cards"]);
  expect(names("implied chain service/shop")).toEqual(["implied chain service/shop"]);
  expect(chosenClauses(all, "cards")).toMatchObject({ steps: 7, assumptions: [{ key: "established" }] });
});

test("a name of no clause is an error that knows what was meant", () => {
  expect(() => names("publik")).toThrow('there is no clause "publik"');
  expect(() => names("publik")).toThrow(
    expect.objectContaining({ diagnostics: [expect.objectContaining({ hint: 'did you mean "public"?' })] }),
  );
});

test("the exit status tells refuted from not proved; justified is no failure", () => {
  expect(statusOf(reportOf(provedClause, justifiedClause))).toBe(0);
  expect(statusOf(all)).toBe(1);
  expect(statusOf(reportOf(provedClause, unprovedClause))).toBe(7);
});
