/** Whose a lab is: a runner that was killed leaves labs behind, which the next one removes. */
import { rmdir } from "node:fs/promises";
import { dirname } from "node:path";
import { isNetwrightError } from "@netwright/base";
import { down, labNames, labPaths, type LabContext } from "@netwright/lab";

/** One file for each session, with the process that runs it. */
const sessionsDirectory = "/run/netwright/tests";

export interface Session {
  /** Its labs are called so, with a number behind a hyphen. */
  readonly name: string;
  close(): Promise<void>;
}

export async function openSession(context: LabContext): Promise<Session> {
  const { files, processes, entropy } = context;
  const name = `t${Buffer.from(entropy.bytes(4)).toString("hex")}`;
  const path = `${sessionsDirectory}/${name}`;
  await files.write(path, JSON.stringify(await processes.identify(process.pid)), 0o600);
  return {
    name,
    async close() {
      // By its file a later session finds what is left of this one.
      if ((await unkeptLabs(context, name)).length > 0) return;
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
    let whole = true;
    for (const lab of await unkeptLabs(context, session)) {
      try {
        await down(context, { name: lab });
        removed.push(lab);
      } catch (error) {
        // Tests need not wait for it: it is tried again each time.
        if (!isNetwrightError(error)) throw error;
        whole = false;
      }
    }
    if (whole) await files.remove(path);
  }
  return removed;
}

/** Neither this session nor a later one removes it: `netwright lab down` does. */
export const keepLab = ({ files }: Pick<LabContext, "files">, lab: string): Promise<void> =>
  files.write(keptMark(lab), "");

const keptMark = (lab: string): string => `${labPaths(lab).directory}/kept`;

async function unkeptLabs(context: LabContext, session: string): Promise<readonly string[]> {
  const own = (await labNames(context)).filter((name) => name.startsWith(`${session}-`));
  const kept = await Promise.all(own.map((name) => context.files.exists(keptMark(name))));
  return own.filter((_, index) => kept[index] === false);
}

function readOwner(text: string | undefined): { readonly pid: number; readonly startTicks: number } | undefined {
  try {
    return JSON.parse(text ?? "") as { pid: number; startTicks: number };
  } catch {
    return undefined;
  }
}
