import type { Clock, Milliseconds } from "@netwright/base";
import type { Store } from "@netwright/contract";
import type { AgentRequests } from "../agents/requests.ts";
import type { Tokens } from "../auth/tokens.ts";
import type { Autoscaler } from "../autoscale/autoscaler.ts";
import type { CurrentProof } from "../proof/current-proof.ts";
import type { Controller } from "../control/controller.ts";
import type { Log } from "@netwright/base";
import type { Measurements } from "../measurements/measurements.ts";
import type { Metrics } from "../metrics.ts";
import type { Events } from "../state/events.ts";
import type { NodeStates } from "../state/node-states.ts";
import type { ObjectView } from "../state/object-view.ts";
import type { Reports } from "../state/reports.ts";

/** What routes work with. */
export interface ServerContext {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly tokens: Tokens;
  readonly controller: Controller;
  readonly proof: CurrentProof;
  readonly autoscaler: Autoscaler;
  readonly view: ObjectView;
  readonly events: Events;
  readonly states: NodeStates;
  readonly reports: Reports;
  readonly requests: AgentRequests;
  readonly metrics: Metrics;
  readonly measurements: Measurements;
  /** The last lines of this server's own log. */
  readonly recentLog: () => string;
  /** PEM. */
  readonly caCertificate: string;
  /** Between two heartbeat lines of a stream. */
  readonly heartbeat: Milliseconds;
  /** Aborts when the server stops: every stream ends. */
  readonly stop: AbortSignal;
}
