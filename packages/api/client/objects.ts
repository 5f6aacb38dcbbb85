/** Objects: read, watch, apply, scale, delete; and the history of all that. */
import type { KindName } from "../kinds/index.ts";
import type { WireObject } from "../kinds/decode.ts";
import type { ApplyRequest, ApplyResponse } from "../wire/apply.ts";
import type { Change, ChangeSummary } from "../wire/change.ts";
import type { DeleteRequest } from "../wire/delete.ts";
import type { ObjectList, WatchEvent } from "../wire/list.ts";
import type { AutoscaleReport, PauseRequest } from "../wire/autoscale.ts";
import type { ScaleRequest } from "../wire/scale.ts";
import type { Exchange } from "./exchange.ts";
import { apiRoot, collectionPath, objectPath, type ObjectRef } from "./paths.ts";

export interface DryRun {
  /** True: say what would happen, change nothing. */
  readonly dryRun?: boolean;
}

export interface ObjectCalls {
  /** @param project all projects when undefined. */
  list(kind: KindName, project?: string): Promise<ObjectList>;
  /** @throws NW1501 when there is none. */
  get(ref: ObjectRef): Promise<WireObject>;
  /** Changes after revision `since`, then live ones, until aborted. @throws NW1507 when `since` is too old. */
  watch(
    kind: KindName,
    options: { readonly project?: string; readonly since: number; readonly signal?: AbortSignal },
  ): AsyncIterable<WatchEvent>;
  apply(request: ApplyRequest, options?: DryRun): Promise<ApplyResponse>;
  scale(request: ScaleRequest, options?: DryRun): Promise<ApplyResponse>;
  /** Stops or resumes growing and shrinking by itself. */
  pauseAutoscale(request: PauseRequest, options?: DryRun): Promise<ApplyResponse>;
  /** The last decision about a service's sizes. */
  explainAutoscale(service: { readonly name: string; readonly project?: string }): Promise<AutoscaleReport>;
  delete(ref: ObjectRef, options?: DryRun): Promise<ApplyResponse>;
  /** All of them or none. */
  deleteAll(request: DeleteRequest, options?: DryRun): Promise<ApplyResponse>;
  /** Newest first. */
  changes(): Promise<readonly ChangeSummary[]>;
  change(id: number): Promise<Change>;
  undo(id: number, options?: DryRun): Promise<ApplyResponse>;
}

export function objectCalls(exchange: Exchange): ObjectCalls {
  const items = async <T>(path: string): Promise<readonly T[]> =>
    (await exchange.call<{ items: readonly T[] }>("GET", path)).items;
  return {
    list: (kind, project) => exchange.call("GET", collectionPath(kind, project)),
    get: (ref) => exchange.call("GET", objectPath(ref)),
    watch: (kind, { project, since, signal }) =>
      exchange.stream("GET", collectionPath(kind, project), { query: { watch: true, since }, signal }),
    apply: (body, query) => exchange.call("POST", `${apiRoot}/apply`, { body, query: { ...query } }),
    pauseAutoscale: (body, query) => exchange.call("POST", `${apiRoot}/autoscale/pause`, { body, query: { ...query } }),
    explainAutoscale: (service) => exchange.call("GET", `${objectPath({ kind: "Service", ...service })}/autoscale`),
    scale: (body, query) => exchange.call("POST", `${apiRoot}/scale`, { body, query: { ...query } }),
    delete: (ref, query) => exchange.call("DELETE", objectPath(ref), { query: { ...query } }),
    deleteAll: (body, query) => exchange.call("POST", `${apiRoot}/delete`, { body, query: { ...query } }),
    changes: () => items(`${apiRoot}/changes`),
    change: (id) => exchange.call("GET", `${apiRoot}/changes/${id}`),
    undo: (id, query) => exchange.call("POST", `${apiRoot}/changes/${id}/undo`, { query: { ...query } }),
  };
}
