/** Whose a lab is: a runner that was killed leaves labs behind, which the next one removes. */
import { rmdir } from "node:fs/promises";
import { dirname } from "node:path";
import { down, labNames, labPaths, type LabContext } from "@netwright/lab";

/** One file for each session, with the process that runs it. */
const sessionsDirectory = "/run/netwright/tests";

export interface Session {
  /** Its labs are called so, with a number behind a hyphen. */
  readonly name: string;
  close(): Promise<void>;
}

export async function openSession({ files, processes, entropy }: LabContext): Promise<Session> {
  const name = `t${Buffer.from(entropy.bytes(4)).toString("hex")}`;
  const path = `${sessionsDirectory}/${name}`;
  await files.write(path, JSON.stringify(await processes.identify(process.pid)), 0o600);
  return {
    name,
    async close() {
      await files.remove(path);
      await removeEmpty(sessionsDirectory);
    },
  };
}

/** Others' sessions and labs keep it. */
async function removeEmpty(directory: string): Promise<void> {
  for (const each of [directory, dirname(directory)]) {
    try {
      await rmdir(each);
    } catch {
      return;
    }
  }
}

/** Removes what sessions left whose process has ended. @returns names of the labs. */
export async function sweepLabs(context: LabContext): Promise<readonly string[]> {
  const { files, processes } = context;
  const removed: string[] = [];
  for (const session of await files.list(sessionsDirectory)) {
    const path = `${sessionsDirectory}/${session}`;
    const owner = readOwner(await files.read(path));
    if (owner !== undefined && (await processes.alive(owner))) continue;
    for (const lab of await labsOf(context, session)) {
      if (await files.exists(keptMark(lab))) continue;
      await down(context, { name: lab });
      removed.push(lab);
    }
    await files.remove(path);
  }
  return removed;
}

/** Neither this session nor a later one removes it: `netwright lab down` does. */
export const keepLab = ({ files }: Pick<LabContext, "files">, lab: string): Promise<void> =>
  files.write(keptMark(lab), "");

const keptMark = (lab: string): string => `${labPaths(lab).directory}/kept`;

async function labsOf(context: LabContext, session: string): Promise<readonly string[]> {
  return (await labNames(context)).filter((name) => name.startsWith(`${session}-`));
}

function readOwner(text: string | undefined): { readonly pid: number; readonly startTicks: number } | undefined {
  try {
    return JSON.parse(text ?? "") as { pid: number; startTicks: number };
  } catch {
    return undefined;
  }
}
