/** Manifests named on the command line, ready to be sent. */
import { nodeReader } from "@netwright/api/load/read-disk.ts";
import { readManifests } from "@netwright/api/load/read-manifests.ts";
import type { LoadedObject } from "@netwright/api/load/parse-manifests.ts";
import { inProject, kinds, sourcesOf, toApplyObject, type AnyObject, type ApplyRequest } from "@netwright/api";
import { NetwrightError } from "@netwright/base";
import type { Written } from "@netwright/prove/written-contracts.ts";
import { InvalidArgumentError, type Command } from "commander";

const flags = "-f, --file <path>";
const meaning = "manifest file, directory, or - for standard input; may be repeated";

/** Adds `-f`, which may be repeated, for verbs that cannot do without. */
export function fileOption(command: Command): void {
  command.requiredOption(flags, meaning, repeatable);
}

/** The same for verbs that also take objects by name. */
export function optionalFileOption(command: Command): void {
  command.option(flags, meaning, repeatable);
}

/** Parses an option that may be given several times. */
export const repeatable = (value: string, before: readonly string[] = []): readonly string[] => [...before, value];

/** @throws every complaint about every file at once; nothing has been sent then. */
export async function readApplyRequest(
  paths: readonly string[],
  rest: Omit<ApplyRequest, "objects">,
): Promise<ApplyRequest> {
  const { objects, diagnostics } = await readManifests(paths, nodeReader);
  if (diagnostics.length > 0) throw NetwrightError.of(diagnostics);
  return { ...rest, objects: objects.filter((loaded) => isForServer(loaded, paths)).map(toApplyObject) };
}

/** Objects as their authors wrote them, defaults filled in. @throws every complaint about every file at once. */
export async function readObjects(paths: readonly string[]): Promise<readonly AnyObject[]> {
  const { objects, diagnostics } = await readManifests(paths, nodeReader);
  if (diagnostics.length > 0) throw NetwrightError.of(diagnostics);
  return objects.map(({ object }) => object);
}

/** The same, each with the places of its fields; without what is only a file: labs, scenarios. */
export async function readWritten(paths: readonly string[]): Promise<readonly Written[]> {
  const { objects, diagnostics } = await readManifests(paths, nodeReader);
  if (diagnostics.length > 0) throw NetwrightError.of(diagnostics);
  const own = objects.filter(({ object }) => kinds[object.kind].scope !== "File");
  return own.map((loaded) => ({ object: loaded.object, sources: sourcesOf(loaded) }));
}

/** A directory may hold labs beside what is applied in them; one that is named itself is refused by the server. */
const isForServer = ({ object, file }: LoadedObject, named: readonly string[]): boolean =>
  kinds[object.kind].scope !== "File" || named.includes(file);

/** The same with a project for objects that name none; left to the server when undefined. */
export function placedIn(request: ApplyRequest, project: string | undefined): ApplyRequest {
  if (project === undefined) return request;
  const objects = request.objects.map((each) => ({ ...each, object: inProject(each.object, project) }));
  return { ...request, objects };
}

/** Parses a whole number that is not negative, for options. */
export function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError("not a whole number");
  return Number(text);
}
