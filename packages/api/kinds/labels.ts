/** Labels and annotations, with the limits that Kubernetes users know. */
import { z } from "zod";
import { complaint } from "../fields/text-field.ts";

const key = /^([a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?\/)?[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/;
const labelValue = /^([A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?)?$/;
const annotationsMax = 64 * 1024;

type Texts = Record<string, string>;

/** Sorted by key, so that equal objects are equal bytes. */
const sorted = (unsorted: Texts): Texts =>
  Object.fromEntries(Object.entries(unsorted).toSorted(([a], [b]) => (a < b ? -1 : 1)));

type Complain = (name: string | null, message: string, hint: string) => void;

function texts(check: (value: Texts, complain: Complain) => void) {
  return z
    .record(z.string(), z.string())
    .superRefine((value, context) => {
      check(value, (name, message, hint) =>
        context.addIssue({
          code: "custom",
          message,
          path: name === null ? [] : [name],
          params: complaint("NW1203", hint),
        }),
      );
    })
    .overwrite(sorted);
}

const shown = (text: string): string => JSON.stringify(text.slice(0, 80));
const characters = "at most 63 letters, digits, dots, hyphens and underscores; begin and end with a letter or digit";

function checkKeys(value: Texts, complain: Complain): void {
  for (const name of Object.keys(value)) {
    if (!key.test(name))
      complain(name, `${shown(name)} is not a key`, `${characters}; before it, where wanted, a DNS name and a slash`);
  }
}

const labels = texts((value, complain) => {
  checkKeys(value, complain);
  for (const [name, text] of Object.entries(value)) {
    if (!labelValue.test(text)) complain(name, `${shown(text)} is not a label value`, characters);
  }
});

export const labelsField = labels.prefault({}).meta({ description: "Short words to select objects by." });

/** Labels that objects are selected by. */
export const matchLabelsField = (description: string) => labels.meta({ description });

const annotations = texts((value, complain) => {
  checkKeys(value, complain);
  const size = Object.entries(value).reduce((sum, [name, text]) => sum + name.length + text.length, 0);
  if (size <= annotationsMax) return;
  complain(null, `are too large: ${size} characters of at most ${annotationsMax}`, "keep long texts elsewhere");
});

export const annotationsField = annotations.prefault({}).meta({ description: "Free text for people and programs." });
