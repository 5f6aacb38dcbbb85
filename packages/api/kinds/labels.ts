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

type Complain = (name: string | null, message: string) => void;

function texts(description: string, check: (value: Texts, complain: Complain) => void) {
  return z
    .record(z.string(), z.string())
    .superRefine((value, context) => {
      check(value, (name, message) =>
        context.addIssue({ code: "custom", message, path: name === null ? [] : [name], params: complaint("NW1203") }),
      );
    })
    .overwrite(sorted)
    .prefault({})
    .meta({ description });
}

const badKey = (name: string): string =>
  `${JSON.stringify(name.slice(0, 80))} is not a label key ([prefix/]name; letters, digits, dots, hyphens, underscores; at most 63)`;

export const labelsField = texts("Short words to select objects by.", (value, complain) => {
  for (const [name, text] of Object.entries(value)) {
    if (!key.test(name)) complain(name, badKey(name));
    else if (!labelValue.test(text))
      complain(
        name,
        `${JSON.stringify(text.slice(0, 80))} is not a label value (at most 63 letters, digits, dots, hyphens, underscores)`,
      );
  }
});

export const annotationsField = texts("Free text for people and programs.", (value, complain) => {
  for (const name of Object.keys(value)) if (!key.test(name)) complain(name, badKey(name));
  const size = Object.entries(value).reduce((sum, [name, text]) => sum + name.length + text.length, 0);
  if (size > annotationsMax)
    complain(null, `annotations are too large: ${size} characters of at most ${annotationsMax}`);
});
