/** Faults begin and end. */
import { validateFault, type Fault } from "@netwright/api";
import { NetwrightError, seconds } from "@netwright/base";
import type { LabContext } from "../context.ts";
import { withLabLock } from "../record/lock.ts";
import type { LabPaths } from "../record/paths.ts";
import { describeFault } from "./describe.ts";
import { isImpossible, type FaultNumber, type FaultPlan } from "./plan.ts";
import { planFault } from "./planners.ts";
import { faultSite, inSandbox, type FaultSite } from "./site.ts";
import { faultDirectory, listFaults, releaseNumber, reserveNumber, writeFault, type FaultStatus } from "./store.ts";

/** Something that is wrong on purpose, now. */
export interface ActiveFault {
  /** Unique among the lab's faults that have not ended. */
  readonly id: number;
  readonly description: string;
  /**
   * More than once is fine, and when its time is over. @throws NW1703 when something of it stays, or when it was over before,
   * because a process that it needs had ended.
   */
  end(): Promise<void>;
}

export type FaultOutcome =
  | { readonly kind: "Active"; readonly fault: ActiveFault }
  /** This machine or this lab cannot have it. */
  | { readonly kind: "Skipped"; readonly reason: string };

/**
 * Returns when the fault is there. It ends by `end`, by `healAll`, when its own `for` is over, or with the lab; not with
 * the caller.
 * @throws NW1701 for a link, node or program that is not there, NW1702 when another fault has hold of the same thing,
 * NW1205 for fields that do not go together, NW1703 when the kernel refuses.
 */
export async function beginFault(
  context: LabContext,
  labName: string | undefined,
  fault: Fault,
  { seed }: { readonly seed: number },
): Promise<FaultOutcome> {
  const [problem] = validateFault(fault, []);
  if (problem !== undefined) {
    const { code, message, hint, path } = problem;
    throw new NetwrightError(code, `fault${path.map((key) => `.${key}`).join("")}: ${message}`, { hint });
  }
  const site = await faultSite(context, labName);
  const description = describeFault(fault);
  const id = reserveNumber(site.paths);
  const begunAt = context.clock.now();
  const token = Buffer.from(context.entropy.bytes(8)).toString("hex");
  const known = { id, token };
  try {
    const plan = await planFault({ site, id, seed, fault });
    if (isImpossible(plan)) {
      releaseNumber(site.paths, id);
      return { kind: "Skipped", reason: plan.impossible };
    }
    const record = { id, token, description, begunAt, fault, seed, claims: plan.claims ?? [] };
    await withLabLock(site.paths, seconds(10), async () => {
      requireFree(site.paths, plan, id);
      writeFault(site.paths, record, plan);
    });
  } catch (error) {
    releaseNumber(site.paths, id);
    throw error;
  }
  await begin(site, known, fault);
  // Nothing of it lasts.
  const momentary = fault.kill !== undefined && fault.for === undefined;
  if (momentary) await endFault(site, known);
  return { kind: "Active", fault: { id, description, end: () => endActive(site, known) } };
}

function requireFree(paths: LabPaths, { claims = [] }: FaultPlan, id: FaultNumber): void {
  for (const other of listFaults(paths)) {
    const shared = other.claims.find((claim) => claims.includes(claim));
    if (shared === undefined || other.id === id) continue;
    throw new NetwrightError("NW1702", `another fault has hold of the ${shared}: ${other.description}`, {
      hint: "end that one first: netwright lab heal",
    });
  }
}

async function begin(site: FaultSite, which: Known, fault: Fault): Promise<void> {
  const { code, stderr } = await inSandbox(site, [`${faultDirectory(site.paths, which.id)}/begin.sh`]);
  if (code === 0) return;
  await endFault(site, which);
  if (code === 3 && fault.kill !== undefined) {
    throw new NetwrightError("NW1701", `nothing called ${fault.kill} runs in ${fault.node}`, {
      hint: "write a program that `netwright lab status` lists, or the first word of a command line as ps shows it",
    });
  }
  throw new NetwrightError(
    "NW1703",
    `fault ${describeFault(fault)}: ${stderr.trim().split("\n")[0] ?? `status ${code}`}`,
  );
}

/** Its number may be another's once it has ended. */
type Known = Pick<FaultStatus, "id" | "token">;

/** For who relied on it. @throws NW1703 when something of it stays, or when it was over before its time */
async function endActive(site: FaultSite, known: Known): Promise<void> {
  const found = await endFault(site, known);
  if (found?.state !== "Ended") return;
  throw new NetwrightError("NW1703", `the fault ended by itself: ${found.description}`, {
    hint: "a process that it needs was killed or failed; begin it again",
  });
}

/** @returns what it was. @throws NW1703 when something of it stays. */
async function endFault(site: FaultSite, { id, token }: Known): Promise<FaultStatus | undefined> {
  const directory = faultDirectory(site.paths, id);
  const known = listFaults(site.paths).find((fault) => fault.id === id && fault.token === token);
  if (known === undefined) return undefined;
  // The script itself knows whether the number is still its fault's.
  const { code, stderr } = await inSandbox(site, ["-c", `[ -e "$0" ] || exit 0; exec sh "$0"`, `${directory}/end.sh`]);
  if (code === 0) return known;
  throw new NetwrightError("NW1703", `the fault does not end (${known.description}): ${stderr.trim().split("\n")[0]}`, {
    hint: `see ${directory}; netwright lab down ends everything`,
  });
}

/** Faults of a lab, those too that others began. */
export async function faultsOf(context: LabContext, lab?: string): Promise<readonly FaultStatus[]> {
  return listFaults((await faultSite(context, lab)).paths);
}

/** Ends those of a lab's faults that are chosen, the latest first. @returns what has ended. @throws NW1703 */
export async function endFaults(
  context: LabContext,
  lab: string | undefined,
  choose: (fault: FaultStatus) => boolean = () => true,
): Promise<readonly FaultStatus[]> {
  const site = await faultSite(context, lab);
  const chosen = listFaults(site.paths).filter(choose).toReversed();
  const failures: unknown[] = [];
  // One that does not end keeps no other one.
  for (const fault of chosen) await endFault(site, fault).catch((error: unknown) => failures.push(error));
  if (failures.length > 0) throw failures[0];
  return chosen;
}
