/** Selectors of contracts: whom a clause speaks of. */
import { isNetwrightError, parseIpPrefix, type IpPrefix } from "@netwright/base";
import { z } from "zod";
import { nameField } from "../../fields/name.ts";
import { complaint } from "../../fields/text-field.ts";
import { matchLabelsField } from "../labels.ts";
import { tierNameMax } from "../service/tier.ts";

/** Words that are no tiers. */
export const selectorWords = ["internet", "anything"] as const;
type SelectorWord = (typeof selectorWords)[number];

export const isSelectorWord = (text: string): text is SelectorWord =>
  (selectorWords as readonly string[]).includes(text);
export const isCidr = (text: string): text is IpPrefix => /[/:.]/.test(text);

const tierName = nameField("", tierNameMax);

const word = z
  .string()
  .superRefine((text, context) => {
    const problem = wordProblem(text);
    if (problem !== undefined)
      context.addIssue({ code: "custom", message: problem.message, params: complaint("NW1203", problem.hint) });
  })
  // It runs for refused texts too.
  .overwrite((text) => (isCidr(text) && wordProblem(text) === undefined ? parseIpPrefix(text) : text))
  .meta({ description: "internet, anything, a prefix outside, or (in a Service) one of its tiers." });

const wordHint = "write internet, anything, a prefix such as 2001:db8:5::/48, or (in a Service) one of its tiers";

function wordProblem(text: string): { readonly message: string; readonly hint: string } | undefined {
  if (isCidr(text)) {
    try {
      parseIpPrefix(text);
      return undefined;
    } catch (error) {
      if (!isNetwrightError(error)) throw error;
      return { message: error.message, hint: error.diagnostics[0]?.hint ?? wordHint };
    }
  }
  if (tierName.safeParse(text).success) return undefined;
  return { message: `${JSON.stringify(text.slice(0, 80))} selects nothing that there is`, hint: wordHint };
}

const tiers = z
  .strictObject({
    project: nameField("The project of the services.").exactOptional(),
    network: nameField("The Network that they are in.").exactOptional(),
    service: nameField("One service.", 30).exactOptional(),
    tier: nameField("One tier of theirs; all when left out.", tierNameMax).exactOptional(),
    labels: matchLabelsField("Labels that the services have.").exactOptional(),
  })
  .meta({ id: "Selector", description: "Tiers of services. All that is written must hold." });

export type TierSelectorInput = z.output<typeof tiers>;
export type SelectorInput = z.output<typeof word> | TierSelectorInput;

const selector = z.union([word, tiers]);

/** One or a list, which means any of them. */
export const selectorField = (description: string) =>
  z.union([word, tiers, z.array(selector).min(1)]).meta({ description, examples: ["internet"] });

const waypoint = z.union([
  nameField("A tier of this service.", tierNameMax).meta({ description: "A tier, in a Service of its own." }),
  tiers,
]);

/** Tiers in the order in which they are passed. */
export const waypointsField = (description: string) => z.array(waypoint).min(1).meta({ description });
