import { defaultProject } from "@netwright/api";
import { NetwrightError, type Diagnostic } from "@netwright/base";
import { admit, type ObjectSet, type VolumeEntry } from "@netwright/compiler";
import type { Tokens } from "../auth/tokens.ts";
import { parseKey } from "../state/objects.ts";
import type { CandidateChange } from "./candidate.ts";

/** @throws NetwrightError with all that projects do not allow. */
export function checkProjects(
  [before, after]: readonly [ObjectSet, ObjectSet],
  changes: readonly CandidateChange[],
  { tokens, volumes }: { readonly tokens: Tokens; readonly volumes: readonly VolumeEntry[] },
): void {
  const refusals = [...admit(before, after, volumes), ...projectsWithTokens(changes, tokens)];
  if (refusals.length > 0) throw NetwrightError.of(refusals);
}

/** A project goes after its tokens: a later one of the same name, of other people, must not find them at the door. */
function projectsWithTokens(changes: readonly CandidateChange[], tokens: Tokens): readonly Diagnostic[] {
  return changes.flatMap(({ key, change }): Diagnostic[] => {
    const { kind, name } = parseKey(key);
    if (kind !== "Project" || change !== "Delete" || name === defaultProject) return [];
    const bound = tokens.list(name);
    if (bound.length === 0) return [];
    const message = `project/${name} still has ${bound.length === 1 ? "a token" : `${bound.length} tokens`}: ${bound.map((token) => `${token.id} (${token.name})`).join(", ")}`;
    return [{ code: "NW1303", message, subject: `project/${name}`, hint: "netwright token revoke ID" }];
  });
}
