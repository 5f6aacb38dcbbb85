/** One check: what is looked at, what is expected, and how long that may take to become so. */
import { z } from "zod";
import { integerField } from "../../fields/integer.ts";
import { portField } from "../../fields/port.ts";
import { nodesField, patternField, textExpectation } from "./expect.ts";
import { dnsSchema, httpSchema, matrixSchema, pingSchema, tcpSchema, udpSchema } from "./probe.ts";
import { spanField } from "./span.ts";
import { hostField } from "./target.ts";

const countField = (description: string) =>
  integerField({ noun: "a number", min: 0, max: Number.MAX_SAFE_INTEGER, description });

const commandSchema = z.strictObject({
  run: z
    .union([z.string(), z.array(z.string()).min(1)])
    .meta({ description: "A line for sh, or a program with its arguments." }),
  exit: z
    .union([z.number(), z.literal("any"), z.literal("failure")])
    .default(0)
    .meta({ description: "Exit status; `failure`: any but 0." }),
  stdout: textExpectation("Its output"),
  stderr: textExpectation("Its error output"),
});

const programSchema = z.strictObject({
  path: z
    .string()
    .meta({ description: "An executable, relative to the scenario's file; it finds the topology in its environment." }),
  args: z.array(z.string()).prefault([]).meta({ description: "Its arguments." }),
  tap: z.boolean().default(false).meta({ description: "Its output is TAP: every test point counts." }),
});

const captureSchema = z.strictObject({
  link: z
    .union([z.string(), z.array(z.string()).min(1)])
    .meta({ description: "A link's name, or NODE:INTERFACE; several: their packets are counted together." }),
  filter: z.string().default("").meta({ description: "pcap-filter(7); all packets when left out." }),
  min: countField("Packets that match, at least.").exactOptional(),
  max: countField("Packets that match, at most; 0 for none.").exactOptional(),
});

const boundsOf = (unit: string) => ({
  atLeast: z
    .number()
    .exactOptional()
    .meta({ description: `At least so many ${unit}.` }),
  atMost: z
    .number()
    .exactOptional()
    .meta({ description: `At most so many ${unit}.` }),
});

const pathSchema = z.strictObject({
  from: z.string().meta({ description: "The node that measures." }),
  to: hostField("A node's name, or an address; for `throughput`, of a node."),
});

const throughputSchema = pathSchema.extend({
  protocol: z.enum(["TCP", "UDP"]).default("TCP").meta({ description: "What is sent." }),
  for: spanField("How long is measured.").prefault("1s"),
  ...boundsOf("Mbit/s"),
  baseline: pathSchema
    .exactOptional()
    .meta({ description: "Measured beside it, in turns: bounds are then ratios to it." }),
});

const latencySchema = pathSchema.extend({
  count: integerField({ noun: "a number of requests", min: 1, max: 10_000, description: "Round trips." }).default(20),
  percentile: z
    .number()
    .min(0)
    .max(100)
    .default(50)
    .meta({ description: "Which of them is judged: 50 is the median." }),
  ...boundsOf("milliseconds"),
  baseline: pathSchema.exactOptional().meta({ description: "Measured beside it: bounds are then ratios to it." }),
});

const objectSchema = z.strictObject({
  ref: z.string().meta({ description: "KIND/NAME of an object of Netwright, as for `netwright get`." }),
  condition: z.string().exactOptional().meta({ description: "A condition's type." }),
  status: z.enum(["True", "False", "Unknown"]).default("True").meta({ description: "Of the condition." }),
  reason: z.string().exactOptional().meta({ description: "Of the condition." }),
  fields: z
    .record(z.string(), z.unknown())
    .exactOptional()
    .meta({ description: "By path (spec.tiers[0].replicas), the value that stands there." }),
  placed: z
    .record(z.string(), z.array(z.string()))
    .exactOptional()
    .meta({ description: "Of a service: by tier, the hosts with instances of it that are ready." }),
  exists: z.boolean().default(true).meta({ description: "false: there is no such object." }),
});

const loadCheckSchema = z.strictObject({
  name: z.string().meta({ description: "Of a load that was started." }),
  failed: countField("Requests that may have failed.").default(0),
  atLeast: countField("Requests that succeeded, at least.").default(1),
  since: z
    .string()
    .exactOptional()
    .meta({ description: "Only since this step began; left out: since the load began." }),
  last: integerField({
    noun: "a number of requests",
    min: 1,
    max: Number.MAX_SAFE_INTEGER,
    description: "Of those, only so many that were sent last: with `eventually`, when a failure is over.",
  }).exactOptional(),
  p99: spanField("99 of 100 requests took no longer.").exactOptional(),
});

const listeningSchema = z.strictObject({
  port: portField("Somebody listens on it."),
  protocol: z.enum(["TCP", "UDP"]).default("TCP").meta({ description: "Of the port." }),
});

const logSchema = z.strictObject({
  of: z.string().meta({ description: "The background program, or one of the lab's (PROGRAM, with `at`)." }),
  matches: patternField("A line that it wrote."),
  times: countField("So many lines, at least.").default(1),
});

const fileCheckSchema = z.strictObject({
  path: z.string().meta({ description: "On the node." }),
  exists: z.boolean().default(true).meta({ description: "false: there is none." }),
  content: textExpectation("What it holds"),
});

const bgpSchema = z.strictObject({
  peer: z.string().exactOptional().meta({
    description: "A node's name or an address; left out: all sessions, or none of them where a prefix is named.",
  }),
  state: z.string().default("Established").meta({ description: "As RFC 4271 section 8.2.2 names it." }),
  prefix: z
    .string()
    .exactOptional()
    .meta({ description: "A prefix that the node has a BGP route for: exactly this one." }),
  via: z.array(z.string()).exactOptional().meta({ description: "Its next hops, all: nodes, addresses or devices." }),
});

const routeSchema = z.strictObject({
  to: z.string().meta({ description: "An address or prefix, as the kernel of the node sees it." }),
  via: z.array(z.string()).exactOptional().meta({ description: "The next hops, all: nodes, addresses or devices." }),
  exists: z.boolean().default(true).meta({ description: "false: the kernel has no route there." }),
});

/** What a check looks at: exactly one of these stands in it. */
const subjects = {
  command: commandSchema.exactOptional().meta({ description: "Run a command at a node." }),
  program: programSchema
    .exactOptional()
    .meta({ description: "Run a check of your own, in any language, beside the runner." }),
  http: httpSchema.exactOptional().meta({ description: "Ask a web server." }),
  tcp: tcpSchema.exactOptional().meta({ description: "Connect." }),
  udp: udpSchema.exactOptional().meta({ description: "Send a datagram." }),
  ping: pingSchema.exactOptional().meta({ description: "Ask for an ICMP echo." }),
  dns: dnsSchema.exactOptional().meta({ description: "Ask for a name." }),
  matrix: matrixSchema.exactOptional().meta({ description: "Who reaches whom." }),
  capture: captureSchema.exactOptional().meta({ description: "Packets on a link while the step runs." }),
  throughput: throughputSchema.exactOptional().meta({ description: "What fits through (iperf3)." }),
  latency: latencySchema.exactOptional().meta({ description: "How long a round trip takes (ping)." }),
  object: objectSchema.exactOptional().meta({ description: "An object of Netwright." }),
  load: loadCheckSchema.exactOptional().meta({ description: "What became of the requests of a load." }),
  listening: listeningSchema.exactOptional().meta({ description: "A port that is open at the node." }),
  log: logSchema.exactOptional().meta({ description: "What a program wrote." }),
  file: fileCheckSchema.exactOptional().meta({ description: "A file of a node." }),
  bgp: bgpSchema.exactOptional().meta({ description: "BGP sessions and routes of FRR, BIRD or GoBGP at the node." }),
  route: routeSchema.exactOptional().meta({ description: "Routes of the kernel." }),
};

export const checkSubjects = Object.keys(subjects) as readonly (keyof typeof subjects)[];

export const checkSchema = z
  .strictObject({
    name: z.string().exactOptional().meta({ description: "What it shows; made from the rest when left out." }),
    at: nodesField("The node where it is looked, or several: it must hold at each.").exactOptional(),
    ...subjects,
    not: z.boolean().default(false).meta({ description: "It must fail." }),
    eventually: spanField("It may fail until it holds once, for at most this long.").exactOptional(),
    consistently: spanField("It must hold all the time, for this long.").exactOptional(),
    every: spanField("How often it is looked; 100ms when left out.").exactOptional(),
    timeout: spanField("One look may take so long; 10s when left out.").exactOptional(),
  })
  .meta({ id: "Check", description: "One thing that is looked at, and what is expected of it." });

export type Check = z.output<typeof checkSchema>;
export type CheckSubject = keyof typeof subjects;
/** What a check of one subject says. */
export type SubjectOf<S extends CheckSubject> = NonNullable<Check[S]>;

/** Invariant: the check is valid. */
export const subjectOf = (check: Check): CheckSubject =>
  checkSubjects.find((subject) => check[subject] !== undefined) as CheckSubject;
