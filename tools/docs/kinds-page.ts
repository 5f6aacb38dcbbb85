/** The reference page of kinds: every field of spec and status, from the schemas. */
import { jsonSchemaOf, kindNames, kinds, type KindName } from "@netwright/api";
import { fieldTable } from "@netwright/api/reference/field-table.ts";
import { kindFolder } from "@netwright/api/reference/kind-files.ts";
import { generatedFrom, paragraphs } from "./markdown.ts";

const intro = `# Kinds

What a manifest can say. Every object has \`apiVersion: netwright.dev/v1alpha1\`, \`kind\`, \`metadata\` and \`spec\`; the
server adds \`status\`. \`metadata\` has \`name\`, \`labels\` and \`annotations\`, and for kinds of a project also \`project\`
(\`default\` when left out). A field that is left out has its default; a field that is not listed is an error. YAML is
1.2, and several documents may stand in one file. \`netwright explain KIND.FIELD\` tells the same on the command line.

Rules across fields and examples are in the README of each kind.`;

const scopes = {
  Cluster: "of the whole site",
  Project: "of a project",
  File: "in files only: the server never sees it",
};

function section(name: KindName): string {
  const kind = kinds[name];
  const schema = jsonSchemaOf(kind);
  const hasStatus = Object.keys(schema.properties?.["status"]?.properties ?? {}).length > 0;
  return paragraphs(
    `## ${name}`,
    `${kind.summary} It is ${scopes[kind.scope]}. [README](../../packages/api/${kindFolder(name)}/README.md), [JSON Schema](../../packages/api/${kindFolder(name)}/schema.json).`,
    fieldTable(schema),
    hasStatus ? fieldTable(schema, "status") : "",
  );
}

export const renderKindsPage = (): string =>
  paragraphs(generatedFrom("packages/api/kinds"), intro, ...kindNames.map(section));
