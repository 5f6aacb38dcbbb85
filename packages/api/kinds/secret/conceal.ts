/** A Secret without what nobody may read. Pure. */
import type { WireObject } from "../decode.ts";
import type { Finding } from "../kind.ts";

type Sealed = Readonly<Record<string, { readonly box?: string }>>;

/** The object as it is shown: keys, sizes and digests. Objects of other kinds as they are. */
export function withoutBoxes(object: WireObject): WireObject {
  const sealed = object.kind === "Secret" ? (object.spec["sealed"] as Sealed | undefined) : undefined;
  if (sealed === undefined) return object;
  const shown = Object.entries(sealed).map(([key, { box: _, ...facts }]) => [key, facts]);
  return { ...object, spec: { ...object.spec, sealed: Object.fromEntries(shown) } };
}

/** A complaint about a Secret that says nothing of what was written. */
export function concealed(finding: Finding): Finding {
  if (finding.path[0] !== "spec") return finding;
  const message = finding.message.replace(/, got .*/s, "");
  if (message.includes("an object"))
    return { ...finding, message, hint: "write KEY: VALUE, each on its line below it" };
  return finding.code === "NW1204"
    ? { ...finding, message, hint: "values are text, in quotes" }
    : { ...finding, message };
}
