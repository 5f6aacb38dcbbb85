/** The reference page of the HTTP API, from its OpenAPI description. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../gate/program.ts";
import { generatedFrom, markdownTable, paragraphs } from "./markdown.ts";

const source = "packages/server/openapi.json";

const intro = `# HTTP API

The server speaks JSON over HTTP, on a unix socket and with TLS on the management network. The command line and the
agents use this API and nothing else. [openapi.json](../../${source}) is the whole description with
every schema; a running server gives it at \`/openapi.json\`.

- Every call but \`/livez\` and \`/readyz\` carries \`Authorization: Bearer TOKEN\`.
- A failure is a problem document (RFC 9457, \`application/problem+json\`) with our \`code\`, \`diagnostics\` and, where there
  is one, \`hint\`. [Errors](errors.md) lists codes and their HTTP status.
- \`watch=true\` answers with newline-delimited JSON (\`application/x-ndjson\`), one object a line, until the client goes
  away. An empty line is a heartbeat; a line with \`problem\` ends a stream that failed.
- A list and every change carry a revision; \`since\` goes on from there.`;

interface Media {
  readonly schema?: { readonly $ref?: string; readonly type?: string };
}

interface Operation {
  readonly summary: string;
  readonly description: string;
  readonly parameters?: readonly {
    readonly name: string;
    readonly in: string;
    readonly description?: string;
    readonly schema?: { readonly type?: string };
  }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, Media>> };
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, Media>> }>>;
}

interface Description {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

const schemaName = ({ schema }: Media): string => schema?.$ref?.split("/").at(-1) ?? schema?.type ?? "any";

const contents = (content: Readonly<Record<string, Media>> | undefined): string =>
  Object.entries(content ?? {})
    .map(([type, media]) => `\`${schemaName(media)}\`${type === "application/x-ndjson" ? " (lines)" : ""}`)
    .join(" or ");

function operationText(path: string, method: string, operation: Operation): string {
  const query = (operation.parameters ?? []).filter((parameter) => parameter.in === "query");
  const answers = Object.entries(operation.responses).filter(([status]) => status !== "default");
  const body = contents(operation.requestBody?.content);
  return paragraphs(
    `### ${method.toUpperCase()} ${path}`,
    `${operation.summary} ${operation.description}`,
    [
      body === "" ? "" : `Body: ${body}.`,
      ...answers.map(([status, { content }]) => `Answers ${status}: ${contents(content)}.`),
    ].join(" "),
    markdownTable(
      ["query", "type", "what"],
      query.map(({ name, schema, description }) => [`\`${name}\``, schema?.type ?? "", description ?? ""]),
    ),
  );
}

/** Plural of the first name after the version, or the path itself for what has none. */
const groupOf = (path: string): string =>
  path
    .replace(/^\/v1alpha1\//, "")
    .replace(/^projects\/\{project\}\//, "")
    .split("/")[0] || path;

export function renderHttpApiPage(): string {
  const { paths } = JSON.parse(readFileSync(join(root, source), "utf8")) as Description;
  const groups = Map.groupBy(Object.entries(paths), ([path]) => groupOf(path));
  const sections = [...groups].map(([group, entries]) =>
    paragraphs(
      `## ${group}`,
      ...entries.flatMap(([path, methods]) =>
        Object.entries(methods).map(([method, operation]) => operationText(path, method, operation)),
      ),
    ),
  );
  return paragraphs(generatedFrom(source), intro, ...sections);
}
