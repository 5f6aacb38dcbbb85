/** What a BGP speaker tells of itself, whichever it is. */
import type { NextHop } from "../next-hops.ts";

export interface BgpSession {
  /** The neighbor's address, or the device of an unnumbered one. */
  readonly peer: string;
  /** As RFC 4271 section 8.2.2 names it; `Down` for a session that is switched off. */
  readonly state: string;
}

export interface SpeakerKind {
  readonly name: string;
  /** The word that its command line is run as. */
  readonly daemon: string;
  /** @param args the daemon's own, which tell where it can be asked */
  readonly sessionsCommand: (args: readonly string[]) => readonly string[];
  readonly parseSessions: (output: string) => readonly BgpSession[];
  readonly routeCommand: (args: readonly string[], prefix: string) => readonly string[];
  /** Next hops of the paths in use; undefined when there is no BGP route. */
  readonly parseRoute: (output: string) => readonly NextHop[] | undefined;
}

/** The word after an option, or what follows its `=`. */
export function optionOf(args: readonly string[], ...names: readonly string[]): string | undefined {
  const at = args.findIndex((arg) => names.includes(arg));
  if (at >= 0) return args[at + 1];
  return args.find((arg) => names.some((name) => arg.startsWith(`${name}=`)))?.replace(/^[^=]*=/, "");
}
