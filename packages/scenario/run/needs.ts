/** What a scenario says that it needs of the machine. Never a silent pass: what lacks is the reason why it was skipped. */
import type { LabContext } from "@netwright/lab";

/** `program:postfix` or a bare program's name; features by the names that `netwright doctor` has for them. */
export function needsOf(
  { runner, files }: Pick<LabContext, "runner" | "files">,
  features: Readonly<Record<string, () => Promise<string | undefined>>>,
): (needs: readonly string[]) => Promise<string | undefined> {
  const known = new Map<string, Promise<string | undefined>>();
  const look = async (need: string): Promise<string | undefined> => {
    const feature = features[need];
    if (feature !== undefined) return feature();
    const program = need.replace(/^program:/, "");
    const isThere = program.startsWith("/") ? await files.exists(program) : (await runner.find(program)) !== undefined;
    return isThere ? undefined : `${program} is not installed`;
  };
  return async (needs) => {
    for (const need of needs) {
      const looking = known.get(need) ?? look(need);
      known.set(need, looking);
      const lacks = await looking;
      if (lacks !== undefined) return lacks;
    }
    return undefined;
  };
}
