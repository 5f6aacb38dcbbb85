/** `log`: what a program wrote. */
import { shown } from "./expect-text.ts";
import type { CheckKind } from "./look.ts";

export const log: CheckKind<"log"> = {
  title: ({ of, matches }, at) => `${at === undefined ? "" : `${at}: `}${of} wrote /${matches}/`,
  look: async ({ spec: { of, matches, times }, at, world }) => {
    const expected = `${times === 1 ? "a line" : `${times} lines`} of ${of} that match${times === 1 ? "es" : ""} /${matches}/`;
    const text = await world.logOf(of, at);
    if (text === undefined)
      return {
        ok: false,
        unknown: true,
        expected,
        seen: `there is no program ${of}${at === undefined ? "" : ` at ${at}`}`,
      };
    const lines = text.split("\n").filter((line) => line !== "");
    const pattern = new RegExp(matches, "u");
    const found = lines.filter((line) => pattern.test(line));
    const seen =
      found.length > 0
        ? `${found.length}: ${shown(found.at(-1) ?? "")}`
        : `none of ${lines.length} lines; the last is ${shown(lines.at(-1) ?? "")}`;
    return {
      ok: found.length >= times,
      expected,
      seen,
      evidence: [{ kind: "Text", name: `log of ${of}`, text: tail(lines) }],
    };
  },
};

const tail = (lines: readonly string[]): string => lines.slice(-200).join("\n");
