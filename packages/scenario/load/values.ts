/** `${{ NAME }}` in the texts of a scenario. Pure. */
import { nearest, type FieldPath, type Finding } from "@netwright/api";

export type Value = string | number | boolean;
export type Values = Readonly<Record<string, Value>>;

const reference = /\$\{\{\s*([^{}]*?)\s*\}\}/g;

export interface Substituted {
  readonly value: unknown;
  readonly findings: readonly Finding[];
}

/**
 * A text that is one reference and nothing else becomes the value with its type; others stay texts. Keys are replaced too.
 * @param later names that begin so are left as they are: they are known later.
 */
export function substitute(value: unknown, values: Values, later?: string): Substituted {
  const findings: Finding[] = [];
  const put = (text: string, path: FieldPath): unknown => {
    const whole = /^\$\{\{\s*([^{}]*?)\s*\}\}$/.exec(text)?.[1];
    const lookUp = (name: string, written: string): Value => {
      if (Object.hasOwn(values, name)) return values[name] as Value;
      if (later === undefined || !name.startsWith(later)) findings.push(unknownName(name, Object.keys(values), path));
      return written;
    };
    if (whole !== undefined) return lookUp(whole, text);
    return text.replaceAll(reference, (written, name: string) => String(lookUp(name, written)));
  };
  const walk = (part: unknown, path: FieldPath): unknown => {
    if (typeof part === "string") return put(part, path);
    if (Array.isArray(part)) return part.map((entry, index) => walk(entry, [...path, index]));
    if (typeof part !== "object" || part === null) return part;
    return Object.fromEntries(
      Object.entries(part).map(([key, entry]) => [String(put(key, [...path, key])), walk(entry, [...path, key])]),
    );
  };
  return { value: walk(value, []), findings };
}

function unknownName(name: string, known: readonly string[], path: FieldPath): Finding {
  const near = nearest(name, known);
  const list = known.length === 0 ? "nothing is defined here" : `defined here: ${known.slice(0, 20).join(", ")}`;
  return {
    code: "NW1301",
    path,
    message: `\${{ ${name} }} is not defined`,
    hint: near === undefined ? `${list}; parameters and matrix define names` : `did you mean ${near}?`,
  };
}

/** Every combination of a matrix, in the order of its lists; one without values when it is empty. */
export function combinations(matrix: Readonly<Record<string, readonly Value[]>>): readonly Values[] {
  return Object.entries(matrix).reduce<readonly Values[]>(
    (rows, [name, values]) => rows.flatMap((row) => values.map((value) => ({ ...row, [name]: value }))),
    [{}],
  );
}

/** `shop[family=6,mtu=1400]`: what one run of a scenario is called. */
export const runName = (name: string, row: Values): string => {
  const parts = Object.entries(row).map(([key, value]) => `${key}=${value}`);
  return parts.length === 0 ? name : `${name}[${parts.join(",")}]`;
};
