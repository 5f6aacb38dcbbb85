/** BIRD 2, by birdc. */
import { optionOf, type BgpSession, type SpeakerKind } from "./speaker.ts";

function birdc(args: readonly string[], command: string): readonly string[] {
  const socket = optionOf(args, "-s");
  return ["birdc", ...(socket === undefined ? [] : ["-s", socket]), command];
}

export const bird: SpeakerKind = {
  name: "BIRD",
  daemon: "bird",
  sessionsCommand: (args) => birdc(args, "show protocols all"),
  parseSessions: (output) =>
    output.split(/\n\n/).flatMap((block): readonly BgpSession[] => {
      const [, address] = /^\s+Neighbor (?:address|range): (\S+)$/m.exec(block) ?? [];
      const [, state] = /^\s+BGP state:\s+(\S+)/m.exec(block) ?? [];
      return address === undefined || state === undefined ? [] : [{ peer: address.replace(/%.*/, ""), state }];
    }),
  routeCommand: (args, prefix) => birdc(args, `show route ${prefix} where source = RTS_BGP`),
  parseRoute: (output) => {
    const lines = output.split("\n");
    // The entry with an asterisk is the one in use; its next hops follow.
    const start = lines.findIndex((line) => /\] \* \(/.test(line));
    if (start < 0) return undefined;
    const rest = lines.slice(start + 1);
    const end = rest.findIndex((line) => !line.startsWith("\t"));
    return rest.slice(0, end < 0 ? undefined : end).flatMap((line) => {
      const [, address, device] = /^\tvia (\S+) on (\S+)/.exec(line) ?? [];
      return address === undefined || device === undefined ? [] : [{ address, device }];
    });
  },
};
