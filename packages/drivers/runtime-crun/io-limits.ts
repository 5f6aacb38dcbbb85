/** Limits of reading and writing a disk: io.max of version 2, blkio.throttle of version 1 of control groups. Pure. */
import type { IoLimits } from "@netwright/contract";
import { quoted } from "./quoted.ts";

export interface IoAssignment {
  readonly file: string;
  readonly value: string;
}

/** Name of the limit in version 2, and of its file in version 1. */
const words = {
  readBytes: ["rbps", "read_bps_device"],
  writeBytes: ["wbps", "write_bps_device"],
  readOperations: ["riops", "read_iops_device"],
  writeOperations: ["wiops", "write_iops_device"],
} as const;

/** @param group directory of the control group @param device `MAJOR:MINOR` of a whole disk: partitions have no limits */
export function ioLimits(io: IoLimits, version: 1 | 2, group: string, device: string): readonly IoAssignment[] {
  const asked = (Object.keys(words) as (keyof IoLimits)[]).flatMap((name) => {
    const value = io[name];
    return value === undefined ? [] : [{ name, value }];
  });
  if (version === 1) {
    return asked.map(({ name, value }) => ({
      file: `${group}/blkio.throttle.${words[name][1]}`,
      value: `${device} ${value}`,
    }));
  }
  const pairs = asked.map(({ name, value }) => `${words[name][0]}=${value}`);
  return [{ file: `${group}/io.max`, value: `${device} ${pairs.join(" ")}` }];
}

/** A script that sets them for the file systems mounted at its arguments: volumes have devices of their own. */
export function ioScript(io: IoLimits, version: 1 | 2, group: string): string {
  const lines = ioLimits(io, version, group, "$device").map(
    ({ file, value }) => `  echo "${value}" >${quoted(file)} || exit`,
  );
  return `${["#!/bin/sh", "# Written by Netwright. Limits reading and writing of what is mounted for one container.", "for mount; do", '  device=$(mountpoint -d "$mount" 2>/dev/null) || continue', ...lines, "done"].join("\n")}\n`;
}
