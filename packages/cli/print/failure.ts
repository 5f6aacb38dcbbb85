/** Whatever went wrong, as people read it. */
import type { ClauseProof } from "@netwright/api";
import { renderDiagnostic } from "@netwright/api/load/render-diagnostic.ts";
import { isContractsBroken } from "@netwright/api/wire/refusal.ts";
import { isNetwrightError, messageOf, NetwrightError, type Diagnostic } from "@netwright/base";
import { renderCounterexample } from "./counterexample.ts";
import { paint } from "./paint.ts";

/** @param textOf gives the text of a manifest by its name, so that the line in question can be shown. */
export function renderFailure(
  error: unknown,
  textOf: (file: string) => string | undefined = () => undefined,
  colored = false,
): string {
  const known = isNetwrightError(error)
    ? error
    : new NetwrightError("NW1801", messageOf(error), { hint: "please report this with the command that you gave" });
  const texts = known.diagnostics.map((diagnostic) => render(diagnostic, textOf));
  // Diagnostics of broken contracts are about these, one each.
  const broken = isContractsBroken(known) ? known.broken : [];
  const painted = texts.map((text) => text.replace(/^error NW\d+/, (word) => paint(word, "red", colored)));
  return painted.map((text, index) => `${text}\n${counterexampleOf(broken[index])}`).join("");
}

const counterexampleOf = (clause: ClauseProof | undefined): string =>
  clause === undefined ? "" : renderCounterexample(clause, "  ");

function render(diagnostic: Diagnostic, textOf: (file: string) => string | undefined): string {
  const { source } = diagnostic;
  return renderDiagnostic(diagnostic, source === undefined ? undefined : textOf(source.file));
}
