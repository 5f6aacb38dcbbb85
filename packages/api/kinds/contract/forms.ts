/** The four forms of a clause, by the fields that they have. */
import { finding, keyFinding } from "../finding.ts";
import type { FieldPath, Finding } from "../kind.ts";
import type { ClauseInput } from "./block.ts";
import type { Clause } from "./clause.ts";

type Field = keyof ClauseInput;

interface Form {
  readonly form: Clause["form"];
  readonly needs: readonly Field[];
  readonly may: readonly Field[];
}

/** Each is told by the fields that it needs. */
const forms: readonly Form[] = [
  { form: "CanReach", needs: ["from", "canReach"], may: ["through", "despite"] },
  { form: "CannotReach", needs: ["from", "cannotReach"], may: [] },
  { form: "OnlyThrough", needs: ["from", "reaches", "onlyThrough"], may: [] },
  { form: "OnlyFrom", needs: ["onlyFrom", "reaches"], may: [] },
];

const verbs = ["canReach", "cannotReach", "reaches"] as const;
const partsOfForms = ["from", "onlyFrom", ...verbs, "through", "onlyThrough", "despite"] as const;

const formsHint =
  "write from with canReach, from with cannotReach, from with reaches and onlyThrough, or onlyFrom with reaches";

/** Invariant: exactly one, for a clause without `formFindings`. */
export const formOf = (clause: ClauseInput): Clause["form"] | undefined =>
  forms.find(({ needs }) => needs.every((field) => clause[field] !== undefined))?.form;

/** That a clause is exactly one of the forms. */
export function formFindings(clause: ClauseInput, path: FieldPath): readonly Finding[] {
  const [verb, another] = verbs.filter((field) => clause[field] !== undefined);
  if (verb === undefined)
    return [finding("NW1202", path, "says neither canReach nor cannotReach nor reaches", formsHint)];
  if (another !== undefined)
    return [keyFinding("NW1205", [...path, another], `stands beside ${verb}`, "a clause says one thing: write two")];
  const form = meantBy(clause, verb);
  const foreign = partsOfForms.filter((field) => clause[field] !== undefined && !isOf(form, field));
  const missing = form.needs.filter((field) => clause[field] === undefined);
  return [
    ...foreign.map((field) =>
      keyFinding("NW1205", [...path, field], `does not go with ${nameOf(form)}`, hintOf(field)),
    ),
    ...missing.map((field) => finding("NW1202", [...path, field], `is required with ${verb}`, formsHint)),
  ];
}

const isOf = ({ needs, may }: Form, field: Field): boolean => needs.includes(field) || may.includes(field);

const nameOf = ({ needs }: Form): string => needs.filter((field) => field !== "from").join(" and ");

/** Of the two that say `reaches`, the one that the clause has more of. */
function meantBy(clause: ClauseInput, verb: (typeof verbs)[number]): Form {
  const score = ({ needs }: Form): number => needs.filter((field) => clause[field] !== undefined).length;
  const candidates = forms.filter(({ needs }) => needs.includes(verb));
  return candidates.toSorted((a, b) => score(b) / b.needs.length - score(a) / a.needs.length)[0] as Form;
}

function hintOf(field: Field): string {
  if (field === "despite" || field === "through")
    return "it is for clauses with canReach: what must not be, must never be";
  return formsHint;
}
