/** `lab capture LINK`: tcpdump at one end of a link. */
import type { LabContext } from "../context.ts";
import { findLink } from "../topology/find.ts";
import { exec } from "./exec.ts";
import { findLab } from "./list.ts";

export interface CaptureOptions {
  readonly lab?: string;
  /** The link's name captures at its first end, NODE:INTERFACE at that one. */
  readonly link: string;
  /** pcap-filter(7). */
  readonly filter?: string;
  /** A file to write packets to, `-` for standard output; printed as text when left out. */
  readonly out?: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Until Ctrl-C. @returns the exit status of tcpdump. @throws NW1701 */
export async function capture(
  context: LabContext,
  { lab, link, filter, out, environment }: CaptureOptions,
): Promise<number> {
  const { record } = await findLab(context, lab);
  const { end } = findLink(record.topology, link);
  return exec(context, {
    lab: record.name,
    node: end.node,
    environment,
    networkOnly: true,
    command: ["tcpdump", ...captureArguments(end.interface, filter, out)],
  });
}

/** -K: checksums are left to hardware that veth does not have, so all would look wrong. Pure. */
export function captureArguments(
  device: string,
  filter: string | undefined,
  out: string | undefined,
): readonly string[] {
  const writing = out === undefined ? ["-l"] : ["-U", "-Z", "root", "-w", out];
  return ["-i", device, "-n", "-K", ...writing, ...(filter === undefined || filter === "" ? [] : [filter])];
}
