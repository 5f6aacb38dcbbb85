/** How a person names objects on the command line: `service/shop`, `service shop`, `services`, `svc/shop -p team`. */
import {
  defaultProject,
  kindOfWord,
  kinds,
  nearest,
  objectName,
  type KindName,
  type ObjectRef as ApiRef,
} from "@netwright/api";
import { NetwrightError } from "@netwright/base";

type KindEntry = NonNullable<ReturnType<typeof kindOfWord>>;

export interface ObjectRef {
  readonly kind: KindEntry;
  readonly name: string;
  /** Undefined for cluster kinds. */
  readonly project: string | undefined;
}

/** @throws NW1001 when there is no such kind. */
export function parseKind(word: string): KindEntry {
  const kind = kindOfWord(word);
  if (kind !== undefined && kind.scope !== "File") return kind;
  const known = Object.values(kinds)
    .filter(({ scope }) => scope !== "File")
    .map(({ plural }) => plural);
  const near = nearest(word.toLowerCase(), known);
  const hint = near === undefined ? `known kinds: ${known.join(", ")}` : `did you mean ${near}?`;
  throw new NetwrightError("NW1001", `there is no kind ${JSON.stringify(word)}`, { hint });
}

/** One or more objects of one line of arguments. @throws NW1001 */
export function parseRefs(args: readonly string[], project: string = defaultProject): readonly ObjectRef[] {
  const [first, ...rest] = args;
  if (first === undefined) throw needsObject();
  if (first.includes("/")) return args.map((arg) => parseRef(arg, project));
  if (rest.length === 0) throw needsObject();
  return rest.map((name) => refOf(parseKind(first), name, project));
}

/** `KIND/NAME`, or `PROJECT/KIND/NAME` as it is printed where the project is not the default one. */
function parseRef(text: string, project: string): ObjectRef {
  const words = text.split("/");
  const [word = "", name = ""] = words.slice(-2);
  if (name === "" || words.length > 3) throw needsObject(text);
  return refOf(parseKind(word), name, words.length === 3 ? (words[0] ?? project) : project);
}

const refOf = (kind: KindEntry, name: string, project: string): ObjectRef => ({
  kind,
  name,
  project: kind.scope === "Project" ? project : undefined,
});

function needsObject(text?: string): NetwrightError {
  const message = text === undefined ? "no object is named" : `${JSON.stringify(text)} does not name an object`;
  return new NetwrightError("NW1001", message, { hint: "write KIND/NAME, for example service/shop" });
}

/** As the server names it. */
export const refText = ({ kind, name, project }: ObjectRef): string =>
  objectName({ kind: kind.kind, metadata: { name, ...(project === undefined ? {} : { project }) } });

/** As the client names it. */
export const toApiRef = ({ kind, name, project }: ObjectRef): ApiRef => ({
  kind: kind.kind as KindName,
  name,
  ...(project === undefined ? {} : { project }),
});
