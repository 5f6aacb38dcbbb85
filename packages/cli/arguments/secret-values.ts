/** Values of a secret from files and standard input, octet for octet. What goes wrong is told without quoting any. */
import { basename } from "node:path";
import { dataOctetsMax } from "@netwright/api/kinds/data-fields.ts";
import { nodeReader } from "@netwright/api/load/read-disk.ts";
import { NetwrightError } from "@netwright/base";

/** `text` as on the command line: `[KEY=]PATH`, or the path of a file of `KEY=VALUE` lines. */
export interface ValueSource {
  readonly kind: "File" | "EnvFile";
  readonly text: string;
}

/** In base64, by key. @throws NW1001, NW1101 */
export async function readValues(
  sources: readonly ValueSource[],
  stdin: AsyncIterable<Uint8Array>,
): Promise<Readonly<Record<string, string>>> {
  const pathOf = ({ kind, text }: ValueSource): string => (kind === "File" ? splitFile(text).path : text);
  if (sources.filter((source) => pathOf(source) === "-").length > 1)
    throw new NetwrightError("NW1002", "standard input can be read only once");
  const values = new Map<string, string>();
  const put = (key: string, octets: Uint8Array): void => {
    if (values.has(key)) throw new NetwrightError("NW1002", `the key ${key} is given twice`);
    values.set(key, Buffer.from(octets).toString("base64"));
  };
  for (const source of sources) {
    const octets = await readOctets(pathOf(source), stdin);
    if (source.kind === "File") put(splitFile(source.text).key, octets);
    else for (const [key, value] of parseEnvFile(source.text, octets)) put(key, Buffer.from(value, "utf8"));
  }
  return Object.fromEntries(values);
}

function splitFile(text: string): { readonly key: string; readonly path: string } {
  const at = text.indexOf("=");
  const [key, path] = at < 0 ? [basename(text), text] : [text.slice(0, at), text.slice(at + 1)];
  if (key !== "" && path !== "" && !(at < 0 && path === "-")) return { key, path };
  throw new NetwrightError("NW1001", `--from-file ${text}: a key and a path are needed`, {
    hint: "for example --from-file password=./db-password, or password=- for standard input",
  });
}

async function readOctets(path: string, stdin: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const octets = path === "-" ? await collect(stdin) : await nodeReader.read(path, dataOctetsMax);
  if (typeof octets === "string") throw new NetwrightError("NW1101", `${path}: ${octets}`);
  if (octets.length > dataOctetsMax)
    throw new NetwrightError("NW1101", `${path} is larger than a secret may be: more than ${dataOctetsMax} octets`);
  return octets;
}

async function collect(stdin: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of stdin) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > dataOctetsMax) break;
  }
  return Buffer.concat(chunks);
}

/** As Docker's and Kubernetes' env files: no quotes, no expansion; empty lines and lines that begin with # say nothing. */
function parseEnvFile(path: string, octets: Uint8Array): readonly (readonly [key: string, value: string])[] {
  const lines = Buffer.from(octets).toString("utf8").split(/\r?\n/);
  return lines.flatMap((line, index) => {
    if (line.trim() === "" || line.startsWith("#")) return [];
    const at = line.indexOf("=");
    if (at > 0) return [[line.slice(0, at), line.slice(at + 1)] as const];
    throw new NetwrightError("NW1101", `${path}: line ${index + 1} is not KEY=VALUE`);
  });
}
