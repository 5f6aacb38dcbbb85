/** Segments that the kernel dropped for their TCP MD5 signature (RFC 2385): it tells nobody else of them. */
import type { NodeSystem } from "@netwright/contract";
import { birdPaths } from "./paths.ts";

/** Whether any came since the network namespace was made. */
export interface Md5Drops {
  /** Signed with another password. */
  readonly wrong: boolean;
  /** Not signed, where a password is set here. */
  readonly unsigned: boolean;
  /** Signed, where none is set here. */
  readonly unexpected: boolean;
}

const none: Md5Drops = { wrong: false, unsigned: false, unexpected: false };

/** Of the namespace that BIRD is in. */
export async function readMd5Drops({ files, paths }: NodeSystem): Promise<Md5Drops> {
  const pid = (await files.read(birdPaths(paths).pid))?.trim() ?? "";
  if (!/^\d+$/.test(pid)) return none;
  return parseNetstat((await files.read(`/proc/${pid}/net/netstat`).catch(() => undefined)) ?? "");
}

/** `TcpExt:` lines of proc_net_netstat: names in one, values in the next. Pure. */
export function parseNetstat(text: string): Md5Drops {
  const [names = [], values = []] = text
    .split("\n")
    .filter((line) => line.startsWith("TcpExt: "))
    .map((line) => line.split(" "));
  const rose = (name: string): boolean => Number(values[names.indexOf(name)] ?? 0) > 0;
  return { wrong: rose("TCPMD5Failure"), unsigned: rose("TCPMD5NotFound"), unexpected: rose("TCPMD5Unexpected") };
}
