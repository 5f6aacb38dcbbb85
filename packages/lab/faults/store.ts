/** What is written of a fault before it begins: by this it is ended, also after whoever began it was killed. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import type { Fault } from "@netwright/api";
import { NetwrightError, type Instant } from "@netwright/base";
import type { LabPaths } from "../record/paths.ts";
import { faultNumberMax, type FaultNumber, type FaultPlan } from "./plan.ts";
import { beginScript, endScript } from "./scripts.ts";

export interface FaultRecord {
  readonly id: FaultNumber;
  /** Of this fault alone: its number may be another's once it has ended. Of letters and digits. */
  readonly token: string;
  readonly description: string;
  readonly begunAt: Instant;
  readonly fault: Fault;
  readonly seed: number;
  readonly claims: readonly string[];
}

/** `Ended`: by itself, because a process that it needs has ended; `lab heal` takes away what is written of it. */
export interface FaultStatus extends FaultRecord {
  readonly state: "Active" | "Ended";
}

const faultsDirectory = ({ directory }: LabPaths): string => `${directory}/faults`;
/** Inside the sandbox it stands at the same path. */
export const faultDirectory = (paths: LabPaths, id: FaultNumber): string => `${faultsDirectory(paths)}/${id}`;

/** Takes the lowest free number; two at a time get two. @throws NW1702 when there are too many. */
export function reserveNumber(paths: LabPaths): FaultNumber {
  mkdirSync(faultsDirectory(paths), { recursive: true, mode: 0o700 });
  for (let id = 1; id <= faultNumberMax; id++) {
    try {
      mkdirSync(faultDirectory(paths, id), { mode: 0o700 });
      return id;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
  }
  throw new NetwrightError("NW1702", `${faultNumberMax} faults happen already`, { hint: "netwright lab heal --all" });
}

export const releaseNumber = (paths: LabPaths, id: FaultNumber): void =>
  rmSync(faultDirectory(paths, id), { recursive: true, force: true });

/** The end is written before the beginning. */
export function writeFault(paths: LabPaths, record: FaultRecord, plan: FaultPlan): void {
  const directory = faultDirectory(paths, record.id);
  const limit = record.fault.for;
  const files = {
    ...plan.files,
    token: record.token,
    "end.sh": endScript(directory, record.token, plan),
    "begin.sh": beginScript(directory, record.token, plan, limit),
    "fault.json": `${JSON.stringify(record, undefined, 1)}\n`,
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(`${directory}/${name}`, text, { mode: 0o600 });
}

/** In the order in which they began. */
export function listFaults(paths: LabPaths): readonly FaultStatus[] {
  const root = faultsDirectory(paths);
  if (!existsSync(root)) return [];
  return readdirSync(root)
    .flatMap((name) => readFault(`${root}/${name}`))
    .toSorted((a, b) => a.begunAt - b.begunAt || a.id - b.id);
}

/** Nothing for one that ends, or is written, at this moment. */
function readFault(directory: string): readonly FaultStatus[] {
  try {
    const record = JSON.parse(readFileSync(`${directory}/fault.json`, "utf8")) as FaultRecord;
    return [{ ...record, state: existsSync(`${directory}/active`) ? "Active" : "Ended" }];
  } catch {
    return [];
  }
}
