/** `GET /v1alpha1/flows?dropped=true`: flows that no rule allows. */
import type { Origin } from "./origin.ts";

export interface FlowRecord {
  readonly host: string;
  readonly project: string;
  readonly network: string;
  /** `SERVICE/TIER`, or `outside`; `to` is `SERVICE` for what came to its public address. */
  readonly from: string;
  readonly to: string;
  /** Addresses of both ends of what came from outside to a public address; the latter also of what was for the outside. */
  readonly source?: string;
  readonly destination?: string;
  readonly protocol: "tcp" | "udp";
  readonly port: number;
  readonly packets: number;
  readonly bytes: number;
  /** RFC 3339: when it was seen last. */
  readonly at: string;
  /** Where a rule would have to be added, and which. */
  readonly hint: { readonly text: string; readonly origin: Origin | null };
}
