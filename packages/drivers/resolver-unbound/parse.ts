/** What unbound answers at its control socket, and what a process wrote of itself. Pure. */
import { internalDomain, type ProcessId } from "@netwright/contract";

/** `list_auth_zones`: a line for each, `internal.<TAB>serial 7`. Undefined where the zone is not loaded. */
export function parseSerial(text: string): number | undefined {
  const line = text.split("\n").find((each) => each.startsWith(`${internalDomain}.\t`));
  const [, serial] = /\tserial (\d+)$/.exec(line ?? "") ?? [];
  return serial === undefined ? undefined : Number(serial);
}

/** `get_option identity`. Undefined where it is none of ours. */
export const parseDigest = (text: string): string | undefined => /^[0-9a-f]{12}$/.exec(text.trim())?.[0];

/** A line of /proc/PID/stat (proc(5)): the program's name, in parentheses, may hold blanks and parentheses itself. */
export function parseStat(text: string): ProcessId | undefined {
  const [, pid, rest] = /^(\d+) \(.*\) (.*)$/s.exec(text.trim()) ?? [];
  const startTicks = Number(rest?.split(" ")[19]);
  return pid === undefined || !Number.isInteger(startTicks) ? undefined : { pid: Number(pid), startTicks };
}
