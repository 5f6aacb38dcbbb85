import { defaultProject } from "@netwright/api";
import type { Diagnostic } from "@netwright/base";
import type { Tokens } from "../auth/tokens.ts";
import { parseKey } from "../state/objects.ts";
import type { CandidateChange } from "./candidate.ts";

/** A project goes after its tokens: a later one of the same name, of other people, must not find them at the door. */
export function projectsWithTokens(changes: readonly CandidateChange[], tokens: Tokens): readonly Diagnostic[] {
  return changes.flatMap(({ key, change }): Diagnostic[] => {
    const { kind, name } = parseKey(key);
    if (kind !== "Project" || change !== "Delete" || name === defaultProject) return [];
    const bound = tokens.list(name);
    if (bound.length === 0) return [];
    const message = `project/${name} still has ${bound.length === 1 ? "a token" : `${bound.length} tokens`}: ${bound.map((token) => `${token.id} (${token.name})`).join(", ")}`;
    return [{ code: "NW1303", message, subject: `project/${name}`, hint: "netwright token revoke ID" }];
  });
}
