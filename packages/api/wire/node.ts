/** What a node's agent exchanges with the server: state down, reports and output up. */
import { ipv6Value, parseIpv6 } from "@netwright/base";
import { z } from "zod";

/** One line of `GET /v1alpha1/nodes/{node}/state?watch=true`. `State` is contract's HostState. */
export interface NodeState<State = unknown> {
  readonly revision: number;
  readonly state: State;
}

/**
 * The envelope of `PUT /v1alpha1/nodes/{node}/report`: what the server must know to trust the rest, which is
 * contract's NodeReport and is kept as it came.
 */
export const reportEnvelopeSchema = z.looseObject({
  node: z.string().max(63),
  revision: z.int().min(0),
  converged: z.boolean(),
  at: z.number(),
  agent: z.looseObject({ version: z.string().max(100), pid: z.int(), startedAt: z.number() }),
  problems: z.array(z.looseObject({ slot: z.string(), code: z.string(), message: z.string() })).max(10_000),
  stages: z.array(z.looseObject({ slot: z.string(), took: z.number() })).max(1000),
  instances: z
    .array(
      z.looseObject({
        project: z.string(),
        id: z.string(),
        phase: z.enum(["Starting", "Ready", "Unhealthy", "Failed", "Stopping"]),
        reason: z.string(),
        message: z.string(),
        pid: z.number().nullable(),
        startedAt: z.number().nullable(),
        restarts: z.int().min(0),
        connections: z.int().min(0).nullable(),
      }),
    )
    .max(65_535),
  sessions: z
    .array(
      z.looseObject({
        neighbor: z.string(),
        state: z.enum(["Established", "Down"]),
        since: z.number().nullable(),
        bfd: z.enum(["Up", "Down", "None"]),
        problem: z.string().max(1000).optional(),
      }),
    )
    .max(1000),
  announced: z.array(z.looseObject({ prefix: z.string(), neighbors: z.array(z.string()) })).max(100_000),
  networks: z
    .array(
      z.looseObject({
        project: z.string(),
        name: z.string(),
        rules: z.number(),
        denied: z.array(z.unknown()).max(200),
      }),
    )
    .max(10_000),
  images: z
    .array(
      z.looseObject({
        name: z.string().max(5000),
        digest: z
          .string()
          .regex(/^sha256:[0-9a-f]{64}$/)
          .nullable(),
        resolved: z.boolean(),
        phase: z.enum(["Resolving", "Pulling", "Ready", "Failed"]),
        code: z.string().nullable(),
        message: z.string(),
        hint: z.string().nullable(),
      }),
    )
    .max(10_000)
    .exactOptional(),
  drivers: z.array(z.looseObject({ slot: z.string(), driver: z.string(), missing: z.array(z.string()) })).max(100),
});

/** One line of `GET /v1alpha1/nodes/{node}/requests?watch=true`: the agent answers at `.../requests/{id}/output`. */
export type AgentRequest = { readonly id: string } & (
  | ({ readonly kind: "Logs"; readonly project: string; readonly instance: string } & LogRequest)
  | ({ readonly kind: "Exec"; readonly project: string; readonly instance: string } & ExecRequest)
  /** Somebody looks at denied flows: report them soon after they happen, for as long as the output is open. */
  | { readonly kind: "Flows" }
  /** Look now; with the route to `destination`, where one is asked for. Answered with a NodeObservation as JSON. */
  | { readonly kind: "Observe"; readonly destination: string | null }
  /** What somebody needs to help: each file a line of standard output, a FactFile as JSON. */
  | { readonly kind: "Facts" }
  /** What the kernel prints of every namespace of ours: lines of standard output, each a part of contract's KernelReadback as JSON. */
  | { readonly kind: "Readback" }
  /** Connection attempts from the instance, or from the node; each result a line of standard output, contract's ProbeResult as JSON. */
  | ({ readonly kind: "Probe"; readonly from: ProbeSource } & ProbeRequest)
  /** What comes to the instance to open something: lines of standard output, one that it has begun, then contract's Arrival as JSON. */
  | ({ readonly kind: "Arrivals" } & NonNullable<ProbeSource>)
  /** The client went away: stop the request of this `target`. */
  | { readonly kind: "Cancel"; readonly target: string }
);

/** A part of what a node tells of itself, without secrets. */
export interface FactFile {
  /** For example `nft.txt`. */
  readonly path: string;
  readonly text: string;
  /** Why it is not whole or not there; null where it is. */
  readonly problem: string | null;
}

/** How a node is at this moment. */
export interface NodeObservation {
  /** What differs from the wanted state. */
  readonly problems: readonly { readonly slot: string; readonly code: string; readonly message: string }[];
  /** The route that matches the destination, as `ip route get fibmatch` prints it; null when there is none. */
  readonly route: string | null;
}

/** Query of `GET .../instances/{id}/logs`. */
export interface LogRequest {
  readonly follow: boolean;
  /** Lines from the end; null is everything kept. */
  readonly tail: number | null;
}

export const execRequestSchema = z.strictObject({
  command: z.array(z.string().max(65_536)).min(1).max(1000),
  /** Standard input, base64. */
  input: z
    .base64()
    .max(2 ** 20)
    .default(""),
});
export interface ExecRequest {
  readonly command: readonly string[];
  readonly input?: string;
}

/** Null: the node itself. */
export type ProbeSource = { readonly project: string; readonly instance: string } | null;

const port = z.int().min(0).max(65_535);
const address = z
  .string()
  .max(45)
  .refine((text) => ipv6Value(text) !== undefined, "not an IPv6 address")
  .transform(parseIpv6);

/** Body of `POST .../instances/{id}/probe` and `POST .../nodes/{node}/probe`: connection attempts, all at once. */
export const probeRequestSchema = z.strictObject({
  probes: z
    .array(
      z.strictObject({
        protocol: z.enum(["tcp", "udp", "icmp"]),
        destination: address,
        /** 0 for icmp alone. */
        port,
        sourcePort: port.min(1).exactOptional(),
      }),
    )
    .min(1)
    .max(1024),
  /** Milliseconds: how long silence lasts before it is believed. A lost SYN is sent again after 1 s and 3 s. */
  patience: z.int().min(100).max(30_000).default(4000),
});
export type ProbeRequest = z.infer<typeof probeRequestSchema>;

/** Lines of output of a request, NDJSON both from the agent and to the client. The last one is `Exit` or `Error`. */
export type OutputChunk =
  | { readonly stream: "stdout" | "stderr"; /** Octets in base64. */ readonly data: string }
  | { readonly stream: "exit"; readonly code: number }
  | { readonly stream: "error"; readonly code: string; readonly message: string };
