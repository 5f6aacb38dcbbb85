/** A session on real labs, for tests. */
import type { LabContext } from "@netwright/lab";
import { context } from "@netwright/lab/testdata/context.ts";
import { loadScenarios, Labs, needsOf, openSession, runSession, type SessionOptions, type SessionReport } from "../index.ts";

export const labContext: LabContext = context;

/** Files by name, in one directory that is not on the disk. */
export async function runFiles(
  files: Readonly<Record<string, string>>,
  options: Partial<SessionOptions> = {},
): Promise<SessionReport> {
  const { jobs, diagnostics } = await loadScenarios(
    [Object.keys(files)[0] ?? ""],
    {
      read: async (path) => (files[path] === undefined ? { problem: "there is none" } : { text: files[path] }),
      readLab: () => Promise.reject(new RangeError("no lab files here")),
      running: () => Promise.reject(new RangeError("no running labs here")),
    },
    { set: {}, seed: 7 },
  );
  if (diagnostics.length > 0) throw new RangeError(JSON.stringify(diagnostics, null, 1));
  const session = await openSession(labContext);
  const { signal } = new AbortController();
  const labs = labsOf(session.name, signal);
  try {
    return await runSession({
      jobs,
      labs,
      clock: labContext.clock,
      width: 2,
      repeat: 1,
      untilFail: false,
      seed: 7,
      keep: "never",
      jumpTo: undefined,
      reused: false,
      signal,
      report: () => {},
      lacking: needsOf(labContext, {}),
      repeatCommand: ({ id }) => `again ${id}`,
      directoryOf: ({ id }) => `/tmp/${id}`,
      collect: async () => null,
      onKept: async () => {},
      ...options,
    });
  } finally {
    await session.close();
  }
}


export const labsOf = (session: string, signal: AbortSignal): Labs =>
  new Labs({
    context: labContext,
    programs: { server: ["false"], agent: ["false"] },
    netwright: ["false"],
    loadGenerator: [process.execPath, new URL("../loads/main.ts", import.meta.url).pathname],
    session,
    signal,
    connect: () => Promise.reject(new RangeError("no server here")),
  });
