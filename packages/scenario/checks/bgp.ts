/** `bgp`: sessions and routes of whichever BGP speakers run at the node. */
import type { SubjectOf } from "@netwright/api";
import type { Topology } from "@netwright/lab";
import { bird } from "./bgp/bird.ts";
import { frr } from "./bgp/frr.ts";
import { gobgp } from "./bgp/gobgp.ts";
import type { BgpSession, SpeakerKind } from "./bgp/speaker.ts";
import { shown } from "./expect-text.ts";
import type { CheckKind, Look, LookAt } from "./look.ts";
import { nextHopsProblem, printNextHops } from "./next-hops.ts";
import { holds, printHolder } from "./nodes.ts";

type Bgp = SubjectOf<"bgp">;
const speakers: readonly SpeakerKind[] = [frr, bird, gobgp];

interface Running {
  readonly kind: SpeakerKind;
  readonly args: readonly string[];
}

export const bgp: CheckKind<"bgp"> = {
  title: ({ peer, state, prefix, via }, at) =>
    prefix === undefined
      ? `${at}: BGP session ${peer === undefined ? "with each neighbor" : `with ${peer}`} is ${state}`
      : `${at}: BGP route to ${prefix}${via === undefined ? "" : ` via ${via.join(", ")}`}`,
  look: async (look) => {
    const { spec } = look;
    const expected = printExpected(spec);
    const { stdout } = await look.world.run(look.at as string, { argv: ["ps", "-eo", "args="] }, look.limit);
    const running = speakersIn(stdout);
    if (running.length === 0)
      return { ok: false, unknown: true, expected, seen: "no BGP speaker runs here (FRR, BIRD or GoBGP)" };
    const sessions = judgesSessions(spec) ? await lookAtSessions(look, running, expected) : undefined;
    if (sessions?.ok === false || spec.prefix === undefined) return sessions as Look;
    return lookAtRoute(look, running, spec.prefix, expected);
  },
};

/** A route alone says nothing of sessions, unless one is named beside it. */
const judgesSessions = ({ peer, prefix }: Bgp): boolean => prefix === undefined || peer !== undefined;

const printExpected = (spec: Bgp): string =>
  [
    ...(judgesSessions(spec) ? [`session with ${spec.peer ?? "each neighbor"} is ${spec.state}`] : []),
    ...(spec.prefix === undefined ? [] : [`a route to ${spec.prefix}`]),
    ...(spec.via === undefined ? [] : [`via ${spec.via.join(", ")}`]),
  ].join(", ");

/** @param output of ps: one command line for each process */
export function speakersIn(output: string): readonly Running[] {
  return output.split("\n").flatMap((line) => {
    const [program = "", ...args] = line.trim().split(/\s+/);
    const kind = speakers.find(({ daemon }) => program.split("/").at(-1) === daemon);
    return kind === undefined ? [] : [{ kind, args }];
  });
}

async function lookAtSessions(look: LookAt<"bgp">, running: readonly Running[], expected: string): Promise<Look> {
  const { topology } = look.world;
  const sessions: BgpSession[] = [];
  for (const { kind, args } of running) {
    const found = await ask(look, kind, kind.sessionsCommand(args), kind.parseSessions);
    if (typeof found === "string") return { ok: false, unknown: true, expected, seen: found };
    sessions.push(...found);
  }
  const { peer, state } = look.spec;
  const wanted = sessions.filter((session) => peer === undefined || isWith(topology, look.at as string, session, peer));
  if (wanted.length === 0) return { ok: false, expected, seen: `no session with ${peer ?? "anybody"}` };
  const others = wanted.filter((session) => session.state !== state);
  const seen = (others.length > 0 ? others : wanted).map(
    (each) => `${printHolder(topology, each.peer)} is ${each.state}`,
  );
  return { ok: others.length === 0, expected, seen: seen.join(", ") };
}

/** A neighbor is known by its address, or, without numbers, by the device that it is behind. */
const isWith = (topology: Topology, at: string, session: BgpSession, peer: string): boolean =>
  session.peer === peer ||
  holds(topology, peer, session.peer) ||
  topology.nodes.some(
    (node) => node.name === at && node.ports.some((port) => port.interface === session.peer && port.peer.node === peer),
  );

async function lookAtRoute(
  look: LookAt<"bgp">,
  running: readonly Running[],
  prefix: string,
  expected: string,
): Promise<Look> {
  const { topology } = look.world;
  const at = look.at as string;
  for (const { kind, args } of running) {
    const hops = await ask(look, kind, kind.routeCommand(args, prefix), kind.parseRoute);
    if (typeof hops === "string") return { ok: false, unknown: true, expected, seen: hops };
    if (hops === undefined) continue;
    const problem = look.spec.via === undefined ? undefined : nextHopsProblem(topology, at, hops, look.spec.via);
    const seen = `${prefix} ${printNextHops(topology, at, hops)}`;
    return { ok: problem === undefined, expected, seen: problem === undefined ? seen : `${seen} (${problem})` };
  }
  return {
    ok: false,
    expected,
    seen: `${running.map(({ kind }) => kind.name).join(" and ")} has no BGP route to ${prefix}`,
  };
}

/** A text: what it said instead of an answer. */
async function ask<T>(
  { at, world, limit }: LookAt<"bgp">,
  kind: SpeakerKind,
  argv: readonly string[],
  parse: (output: string) => T,
): Promise<T | string> {
  const { stdout, stderr, timedOut } = await world.run(at as string, { argv }, limit);
  if (timedOut) return `${kind.name} did not answer in ${limit.timeout} ms`;
  try {
    return parse(stdout);
  } catch {
    return `${kind.name} said ${shown(stderr.trim() === "" ? stdout : stderr)}`;
  }
}
