/** What docs/foreign-edges.md tells the owners of edges to write. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

/** The document's example for an engine, by the word behind its fence. */
export function documented(language: "frr" | "toml" | "bird"): string {
  const page = readFileSync(join(import.meta.dirname, "../../../../docs/foreign-edges.md"), "utf8");
  const found = new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, "ms").exec(page)?.[1];
  if (found === undefined) throw new Error(`no example for ${language}`);
  return found;
}
