/** The component schemas of answers. */
import {
  measureNames,
  measures,
  metricsGroups,
  proofSubjects,
  proofVerdicts,
  tokenRoles,
  type MeasureName,
} from "@netwright/api";
import { probeOutcomes } from "@netwright/contract";
import {
  anyObject,
  boolean,
  integer,
  list,
  number,
  oneOf,
  orNull,
  record,
  ref,
  text,
  time,
  type Schema,
} from "./shape.ts";

const protocol = oneOf("tcp", "udp");
const source = record({ file: text, line: integer, column: integer, length: integer }, ["length"]);
const origin = record({ object: text, field: text, source }, ["source"]);
const diagnostic = record({ code: ref("ErrorCode"), message: text, subject: text, field: text, source, hint: text }, [
  "subject",
  "field",
  "source",
  "hint",
]);
const hop = record({ place: text, step: text, detail: text, rule: origin, insteadOf: text, findings: list(text) }, [
  "rule",
  "insteadOf",
]);
const packet = record(
  { source: text, sourcePort: integer, destination: text, destinationPort: integer, protocol, name: text },
  ["name"],
);
const objectChange = { change: oneOf("Create", "Update", "Delete", "Unchanged"), object: text, fields: list(text) };
const changeHead = {
  id: integer,
  at: time,
  by: text,
  message: text,
  undoes: orNull(integer),
  accepted: list(record({ object: text, clause: text, reason: text })),
};
const self = { name: text, role: oneOf(...tokenRoles), node: orNull(text), project: orNull(text) };
const token = { id: text, ...self, createdAt: time };
const metricsPlace = Object.fromEntries(
  ["project", "service", "tier", "instance", "host", "network"].map((name) => [name, orNull(text)]),
);
const measureSchema = (name: MeasureName): Schema => {
  const { unit, summary } = measures[name];
  return { ...orNull(number), description: `${summary} (${unit})` };
};
const items = (name: string): Schema => record({ items: list(ref(name)) });

/** By name. */
export const answers: Readonly<Record<string, Schema>> = {
  Empty: record({}),
  ErrorCode: { type: "string", pattern: "^NW[0-9]{4}$" },
  Diagnostic: diagnostic,
  Problem: record(
    {
      type: text,
      title: text,
      status: integer,
      detail: text,
      code: ref("ErrorCode"),
      diagnostics: list(ref("Diagnostic")),
      hint: text,
      broken: list(ref("ClauseProof")),
    },
    ["hint", "broken"],
  ),
  Plan: record(
    {
      objects: list(record(objectChange)),
      addresses: list(record({ object: text, address: text, pool: text })),
      placements: list(record({ instance: text, host: text, reason: text })),
      replaced: list(record({ object: text, instance: text, by: text })),
      nodes: list(
        record({
          node: text,
          role: oneOf("Host", "Router"),
          lines: list(record({ change: oneOf("+", "-", "~"), text })),
        }),
      ),
      flows: list(
        record({
          change: oneOf("Opened", "Closed"),
          from: text,
          to: text,
          protocol,
          port: integer,
          example: packet,
          origin,
        }),
      ),
      contracts: ref("PlanContracts"),
    },
    ["contracts"],
  ),
  PlanContracts: record({
    proved: integer,
    justified: integer,
    notProved: integer,
    refuted: integer,
    broken: list(ref("ClauseProof")),
    accepted: list(ref("ClauseProof")),
    unproved: list(ref("ClauseProof")),
  }),
  ApplyResponse: record({
    change: orNull(ref("ChangeSummary")),
    plan: ref("Plan"),
    diagnostics: list(ref("Diagnostic")),
    revision: integer,
  }),
  AutoscaleReport: record({
    at: time,
    tiers: list(record({ tier: text, desired: integer, min: integer, max: integer })),
    reasons: list(
      record({ tier: text, direction: oneOf("Up", "Down"), code: text, message: text }, ["tier", "direction"]),
    ),
    stages: list(record({ stage: text, tier: text, from: integer, to: integer, words: text }, ["tier", "from", "to"])),
  }),
  ChangeSummary: record({ ...changeHead, objects: list(record(objectChange)) }, ["accepted"]),
  ChangeList: items("ChangeSummary"),
  Change: record(
    {
      ...changeHead,
      objects: list(record({ ...objectChange, before: orNull(anyObject), after: orNull(anyObject) })),
      rollouts: list(record({ object: text, rollout: anyObject })),
    },
    ["accepted"],
  ),
  Event: record({
    revision: integer,
    at: time,
    object: text,
    type: oneOf("Normal", "Warning"),
    reason: text,
    message: text,
  }),
  EventList: record({ items: list(ref("Event")), revision: integer }),
  FlowRecord: record(
    {
      host: text,
      project: text,
      network: text,
      from: text,
      to: text,
      source: text,
      destination: text,
      protocol,
      port: integer,
      packets: integer,
      bytes: integer,
      at: time,
      hint: record({ text, origin: orNull(origin) }),
    },
    ["source", "destination"],
  ),
  FlowList: items("FlowRecord"),
  AnswerRecord: record({ host: text, project: text, network: text, name: text, address: text, left: integer }, [
    "left",
  ]),
  AnswerList: items("AnswerRecord"),
  ConnectionTrace: record({
    verdict: oneOf("Delivered", "Dropped", "Broken"),
    hops: list(hop),
    reason: text,
  }),
  ProofReport: record({
    clauses: list(ref("ClauseProof")),
    assumptions: list(record({ key: text, text })),
    steps: integer,
  }),
  ClauseProof: record(
    {
      clause: text,
      kind: oneOf("Ensures", "Invariant", "Implied"),
      subject: oneOf(...proofSubjects),
      statement: text,
      verdict: oneOf(...proofVerdicts),
      by: orNull(oneOf("Classes", "Rules", "Live")),
      steps: integer,
      origin: orNull(origin),
      counterexample: orNull(
        record({
          message: text,
          when: { oneOf: [oneOf("After", "During"), record({ lost: text })] },
          packet: orNull(packet),
          path: list(hop),
          rules: list(origin),
        }),
      ),
      reason: orNull(text),
      watched: boolean,
      assumptions: list(text),
    },
    ["watched"],
  ),
  MetricsAnswer: record({
    group: oneOf(...metricsGroups),
    at: time,
    window: integer,
    items: list(
      record({
        ...metricsPlace,
        instances: integer,
        age: orNull(integer),
        values: record(Object.fromEntries(measureNames.map((name) => [name, measureSchema(name)]))),
      }),
    ),
  }),
  MetricsRange: record({
    group: oneOf(...metricsGroups),
    metric: oneOf(...measureNames),
    from: time,
    step: integer,
    items: list(record({ ...metricsPlace, values: list(orNull(number)) })),
  }),
  NodeState: record({ revision: integer, state: anyObject }),
  AgentRequest: record({
    id: text,
    kind: oneOf("Logs", "Exec", "Flows", "Observe", "Facts", "Readback", "Probe", "Arrivals", "Cancel"),
  }),
  ProbeResult: record({
    outcome: oneOf(...probeOutcomes),
    microseconds: integer,
    detail: text,
    by: text,
    sourcePort: integer,
  }),
  OutputChunk: {
    oneOf: [
      record({ stream: oneOf("stdout", "stderr"), data: { type: "string", contentEncoding: "base64" } }),
      record({ stream: oneOf("exit"), code: integer }),
      record({ stream: oneOf("error"), code: text, message: text }),
    ],
  },
  Topology: record({
    nodes: list(
      record({
        name: text,
        role: oneOf("Host", "Router", "Upstream"),
        asn: integer,
        ready: boolean,
        instances: list(record({ id: text, service: text, tier: text, phase: text })),
      }),
    ),
    links: list(
      record({
        from: record({ node: text, interface: text, address: text }),
        to: record({ node: text, address: text }),
      }),
    ),
    sessions: list(
      record({
        from: text,
        to: text,
        state: oneOf("Established", "Down", "Unknown"),
        bfd: oneOf("Up", "Down", "None"),
        prefixes: list(text),
      }),
    ),
  }),
  Self: record(self),
  Token: record(token),
  NewToken: record({ ...token, secret: text }),
  TokenList: items("Token"),
};
