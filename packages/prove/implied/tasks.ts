/** What is proved always, contract or not. */
import { formatPath, objectName, type ClauseProof, type ProofSubject, type Service } from "@netwright/api";
import type { Network } from "../classes/network.ts";
import type { Context, Stage } from "../clauses/context.ts";
import { holds, type Flaw, type Judgement } from "../clauses/judgement.ts";
import { conclude } from "../clauses/conclude.ts";
import type { View } from "../clauses/view.ts";
import { deadRules, forgery, loops, mixture, tunnelHoles } from "./network-flaws.ts";
import { impliedClause, networkObject } from "./names.ts";
import { hasProxy, judgeBlackHole, judgeChain, judgeWaypoints } from "./services.ts";
import { announcementFlaws, peerFlaws, planFlaws, replyFlaws } from "./site-flaws.ts";

/** One proof. */
export interface Task {
  /** Unique: its name. */
  readonly key: string;
  readonly prove: (context: Context) => ClauseProof;
}

/** What proofs are about: the same value, the same proofs. */
export interface Owner {
  readonly owner: unknown;
  readonly tasks: () => readonly Task[];
}

interface Implied {
  readonly name: string;
  readonly subject: ProofSubject;
  readonly statement: string;
  readonly origin: ClauseProof["origin"];
  readonly judge: (view: View, stage: Stage) => Judgement | Flaw;
}

export function* impliedTasks(stage: Stage): Generator<Owner> {
  for (const service of stage.services) yield { owner: service, tasks: () => serviceProofs(service).map(taskOf) };
  for (const network of stage.after.networks.values())
    yield {
      owner: `network ${network.vni} ${network.project}/${network.name}`,
      tasks: () => networkProofs(network).map(taskOf),
    };
  yield { owner: siteProofs, tasks: () => siteProofs.map(taskOf) };
}

const taskOf = (implied: Implied): Task => ({
  key: impliedClause(implied.name),
  prove: (context) => proofOf(context, implied),
});

function proofOf(context: Context, { name, subject, statement, origin, judge }: Implied): ClauseProof {
  const found = conclude(context, () => judge(context.after(), context.stage));
  return { clause: impliedClause(name), kind: "Implied", subject, statement, origin, reason: null, ...found };
}

function serviceProofs(service: Service): readonly Implied[] {
  const name = objectName(service);
  const origin = { object: name, field: formatPath(["spec", "tiers"]) };
  const expose = { object: name, field: formatPath(["spec", "expose"]) };
  return [
    {
      name: `chain ${name}`,
      subject: "Isolation",
      statement: "only neighbours of its chain connect, and what allow, egress and expose say",
      origin,
      judge: (view) => judgeChain(view, service),
    },
    {
      name: `no black hole ${name}`,
      subject: "NoBlackHole",
      statement: "rules stand on both sides of each flow, and every member gets what is sent to it",
      origin,
      judge: (view) => judgeBlackHole(view, service),
    },
    ...(hasProxy(service)
      ? [
          {
            name: `waypoints ${name}`,
            subject: "Waypoints" as const,
            statement: "the internet reaches what is behind its proxy only through it",
            origin: expose,
            judge: (view: View) => judgeWaypoints(view, service),
          },
        ]
      : []),
  ];
}

/** Of a network, whatever becomes of it: what is asked for is looked up by its name. */
function networkProofs({ project, name: network, vni }: Pick<Network, "project" | "name" | "vni">): readonly Implied[] {
  const name = networkObject({ project, network });
  const about = (
    what: string,
    subject: ProofSubject,
    statement: string,
    find: (network: Network) => Flaw | null,
  ): Implied => ({
    name: `${what} ${name}`,
    subject,
    statement,
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
    statement: "replies return to where the connection came from",
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
    name: "tunnel peers",
    subject: "ReturnTraffic",
    statement: "each host takes tunnel packets from all other hosts, and from nobody else",
    origin: null,
    judge: (view, { after }) => {
      view.reads.hosts = true;
      return peerFlaws(after).next().value ?? holds();
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
