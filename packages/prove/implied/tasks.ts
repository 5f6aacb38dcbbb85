/** What is proved always, contract or not. */
import {
  defaultProject,
  formatPath,
  objectName,
  type ClauseProof,
  type ProofSubject,
  type Service,
} from "@netwright/api";
import { networkKey } from "../classes/ends.ts";
import type { Network } from "../classes/network.ts";
import type { Context, Stage } from "../clauses/context.ts";
import { holds, type Flaw, type Judgement } from "../clauses/judgement.ts";
import { conclude } from "../clauses/conclude.ts";
import type { View } from "../clauses/view.ts";
import { deadRules, forgery, loops, mixture, tunnelHoles } from "./network-flaws.ts";
import { hasProxy, judgeBlackHole, judgeChain, judgeWaypoints } from "./services.ts";
import { announcementFlaws, planFlaws, replyFlaws } from "./site-flaws.ts";

export interface Task {
  /** Unique: name of its proof. */
  readonly key: string;
  /** What it is a proof of: the same value, the same proof, as long as nothing changes that it read. */
  readonly of: unknown;
  readonly prove: (context: Context) => ClauseProof;
}

interface Implied {
  readonly name: string;
  readonly subject: ProofSubject;
  readonly statement: string;
  readonly origin: ClauseProof["origin"];
  readonly judge: (view: View, stage: Stage) => Judgement | Flaw;
}

export function* impliedTasks(stage: Stage): Generator<Task> {
  for (const service of stage.services) yield* cached(service, serviceProofs).map((each) => taskOf(each, service));
  for (const network of stage.after.networks.values())
    for (const each of networkProofs(network))
      yield taskOf(each, networkKey({ project: network.project, network: network.name }));
  for (const each of siteProofs) yield taskOf(each, siteProofs);
}

const taskOf = (implied: Implied, of: unknown): Task => ({
  key: `implied ${implied.name}`,
  of,
  prove: (context) => proofOf(context, implied),
});

function proofOf(context: Context, { name, subject, statement, origin, judge }: Implied): ClauseProof {
  const found = conclude(context, () => judge(context.after(), context.stage));
  return { clause: `implied ${name}`, kind: "Implied", subject, statement, origin, reason: null, ...found };
}

const known = new WeakMap<Service, readonly Implied[]>();

function cached(service: Service, make: (service: Service) => readonly Implied[]): readonly Implied[] {
  const made = known.get(service) ?? make(service);
  known.set(service, made);
  return made;
}

function serviceProofs(service: Service): readonly Implied[] {
  const name = objectName(service);
  const origin = { object: name, field: formatPath(["spec", "tiers"]) };
  const expose = { object: name, field: formatPath(["spec", "expose"]) };
  return [
    {
      name: `chain ${name}`,
      subject: "Isolation",
      statement: `${name}: only neighbours of its chain connect, and what allow, egress and expose say`,
      origin,
      judge: (view) => judgeChain(view, service),
    },
    {
      name: `no black hole ${name}`,
      subject: "NoBlackHole",
      statement: `${name}: rules stand on both sides of each flow, and every member gets what is sent to it`,
      origin,
      judge: (view) => judgeBlackHole(view, service),
    },
    ...(hasProxy(service)
      ? [
          {
            name: `waypoints ${name}`,
            subject: "Waypoints" as const,
            statement: `${name}: the internet reaches what is behind its proxy only through it`,
            origin: expose,
            judge: (view: View) => judgeWaypoints(view, service),
          },
        ]
      : []),
  ];
}

function networkProofs({ project, name: network, vni }: Network): readonly Implied[] {
  const name = project === defaultProject ? `network/${network}` : `${project}/network/${network}`;
  const about = (
    what: string,
    subject: ProofSubject,
    statement: string,
    find: (network: Network) => Flaw | null,
  ): Implied => ({
    name: `${what} ${name}`,
    subject,
    statement: `${name}: ${statement}`,
    origin: null,
    judge: (view) => {
      for (const each of view.networks({ project, network })) {
        view.meter.spend(each.cells.size + each.locals.size);
        const found = find(each);
        if (found !== null) return found;
      }
      return holds();
    },
  });
  const proofs = [
    about("isolation", "Isolation", "it connects with other networks over public addresses alone", mixture),
    about(
      "no forged source",
      "NoForgedSource",
      "each workload has the address of its host, class and number, alone",
      forgery,
    ),
    about("no loop", "NoLoop", "a tunnel leads to the host that it is for, which sends nothing on", loops),
    about("tunnels", "NoBlackHole", "each of its hosts leads to each other one that has it", tunnelHoles),
    about("no dead rule", "NoDeadRule", "each rule is about somebody on its host and adds something", deadRules),
  ];
  const replies: Implied = {
    name: `replies ${name}`,
    subject: "ReturnTraffic",
    statement: `${name}: replies return to where the connection came from`,
    origin: null,
    judge: (view, { after }) => {
      const found = view
        .networks({ project, network })
        .filter((each) => each.vni === vni)
        .map((each) => replyFlaws(view, after, each).next().value ?? undefined)
        .find((each) => each !== undefined);
      return found ?? holds("established");
    },
  };
  return [...proofs, replies];
}

const siteProofs: readonly Implied[] = [
  {
    name: "address plan",
    subject: "AddressPlan",
    statement:
      "host numbers, tunnel end points, prefixes, VNIs and public addresses are somebody's alone, and pools have these",
    origin: null,
    judge: (view, { after }) => {
      view.reads.all = true;
      return planFlaws(after).next().value ?? holds();
    },
  },
  {
    name: "announcements",
    subject: "NoBlackHole",
    statement: "what a host announces leads to a listener there, or comes back to who sent in its name",
    origin: null,
    judge: (view, { after }) => {
      view.reads.all = true;
      return announcementFlaws(after).next().value ?? holds();
    },
  },
];
