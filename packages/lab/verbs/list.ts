/** Which labs there are, and which one is meant. */
import { NetwrightError } from "@netwright/base";
import type { LabContext } from "../context.ts";
import { defaultLabName, labPaths, labsDirectory, type LabPaths } from "../record/paths.ts";
import { readRecord, type LabRecord } from "../record/record.ts";

/** Sorted. Also labs of which only remains are there. */
export const labNames = (context: LabContext): Promise<readonly string[]> => context.files.list(labsDirectory);

export interface FoundLab {
  readonly record: LabRecord;
  readonly paths: LabPaths;
}

/** Every lab with a record, by name. */
export async function listLabs(context: LabContext): Promise<readonly FoundLab[]> {
  const found = await Promise.all(
    (await labNames(context)).map(async (name) => {
      const paths = labPaths(name);
      const record = await readRecord(context.files, paths);
      return record === undefined ? [] : [{ record, paths }];
    }),
  );
  return found.flat();
}

/** The lab of that name; without a name the only one, or `default` among several. @throws NW1701 */
export async function findLab(context: LabContext, name?: string): Promise<FoundLab> {
  const labs = await listLabs(context);
  const wanted = name ?? (labs.length === 1 ? labs[0]?.record.name : defaultLabName);
  const found = labs.find(({ record }) => record.name === wanted);
  if (found !== undefined) return found;
  if (labs.length === 0) throw new NetwrightError("NW1701", "no lab is up", { hint: "netwright lab up" });
  const names = labs.map(({ record }) => record.name).join(", ");
  const message = name === undefined ? "several labs are up and none is called default" : `there is no lab ${name}`;
  throw new NetwrightError("NW1701", message, { hint: `labs here: ${names}` });
}

/** How the command line reaches the server of a lab. Undefined when there is none or several without a default. */
export async function currentLab(
  context: LabContext,
  name?: string,
): Promise<{ readonly name: string; readonly socketPath: string; readonly tokenPath: string } | undefined> {
  const labs = await listLabs(context);
  if (labs.length === 0 && name === undefined) return undefined;
  const { record, paths } = await findLab(context, name);
  return { name: record.name, socketPath: paths.socket, tokenPath: paths.token };
}
