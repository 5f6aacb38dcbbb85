/** The examples of docs/contracts.md hold of the site that the page shows, as the page says. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { objectName, parseManifests, readContract, type AnyObject, type ClauseProof } from "@netwright/api";
import { objectSet } from "@netwright/compiler";
import { fabric, step } from "@netwright/compiler/testing.ts";
import { contractFindings, proveContracts } from "@netwright/prove";
import { expect, test } from "vitest";
import { root } from "../gate/program.ts";

const page = readFileSync(join(root, "docs/contracts.md"), "utf8");

interface Example {
  readonly title: string;
  readonly text: string;
  /** Of each clause in turn; all are proved where the page says nothing. */
  readonly verdicts: readonly string[] | undefined;
}

const [site = "", ...examples] = page.split(/^###? (?=\d+\. |Ten examples)/m).slice(1);

const blockOf = (section: string): string => /^```yaml\n([^]*?)^```$/m.exec(section)?.[1] ?? "";

const shown = examples.map((section): Example => {
  const [title = ""] = section.split("\n", 1);
  const verdicts = /^<!-- verdicts: (.*) -->$/m.exec(section)?.[1]?.split(", ");
  return { title, text: blockOf(section), verdicts };
});

function read(text: string): readonly AnyObject[] {
  const { objects, diagnostics } = parseManifests(text, "docs/contracts.md");
  expect(diagnostics).toEqual([]);
  return objects.map(({ object }) => object);
}

/** The site of the page on two hosts; what an example writes takes the place of what has its name. */
function withExample(example: string): readonly AnyObject[] {
  const objects = [...read(fabric(2)), ...read(blockOf(site)), ...read(example)];
  return [...new Map(objects.map((object) => [objectName(object), object])).values()];
}

test("there are ten of them", () => expect(shown).toHaveLength(10));

test.each(shown)("$title", ({ text, verdicts }) => {
  const found = proofsOf(withExample(text));
  const wanted = verdicts ?? found.map(() => "Proved");
  expect(
    found.map((proof) => proof?.verdict),
    JSON.stringify(found, null, 2),
  ).toEqual(wanted);
});

/** Of every clause that is written, in turn. */
function proofsOf(objects: readonly AnyObject[]): readonly (ClauseProof | undefined)[] {
  const first = step(objectSet(objects.map((object) => ({ object }))));
  const { reconciled, compiled } = step(first.objects, first.ledger, first.observed);
  expect(reconciled.diagnostics).toEqual([]);
  const contracts = objects.flatMap((object) => readContract(object) ?? []);
  const services = objects.filter((object) => object.kind === "Service");
  const input = { states: [...compiled.states.values()], services, contracts };
  expect(contractFindings(input)).toEqual([]);
  const clauses = contracts.flatMap((contract) => contract.clauses.map(({ name }) => `${contract.object} ${name}`));
  const proofs = new Map(proveContracts(input).clauses.map((proof) => [proof.clause, proof]));
  expect(clauses.length).toBeGreaterThan(0);
  return clauses.map((clause) => proofs.get(clause));
}
