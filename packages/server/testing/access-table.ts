/** Who may call which route: what the access test asks, and what it must be answered. */
import { applyOf } from "./harness.ts";
import { shopOf } from "./two-projects.ts";

/** In the order of the columns. `other` administers project canary; all that is asked about is of project team. */
export const callers = [
  "none",
  "other",
  "viewer",
  "editor",
  "admin",
  "siteViewer",
  "siteEditor",
  "siteAdmin",
  "node",
] as const;
export type Caller = (typeof callers)[number];

export interface Line {
  readonly answers: string;
  /** In place of the path of the route. */
  readonly path?: string;
  readonly body?: unknown;
}

const own = "/v1alpha1/projects/team";
const dry = "?dryRun=true";
const team = applyOf(shopOf("team"));

/**
 * 401 no token, 403 not for this token, 404 not there for this token. A load balancer has no process: 400 says that the
 * instance was found. A list that shows less is 200 for all: what is in it, other tests look at.
 */
export const lines: Readonly<Record<string, Line>> = {
  //                                                      none other viewer editor admin | site: viewer editor admin | node
  "GET /v1alpha1/addresspools": { answers: "401 403 403 403 403 200 200 200 403" },
  "GET /v1alpha1/addresspools/{name}": {
    answers: "401 403 403 403 403 200 200 200 403",
    path: "/v1alpha1/addresspools/default",
  },
  "DELETE /v1alpha1/addresspools/{name}": {
    answers: "401 403 403 403 403 403 403 409 403",
    path: `/v1alpha1/addresspools/default${dry}`,
  },
  "GET /v1alpha1/certificateissuers": { answers: "401 403 403 403 403 200 200 200 403" },
  "GET /v1alpha1/certificateissuers/{name}": {
    answers: "401 403 403 403 403 404 404 404 403",
    path: "/v1alpha1/certificateissuers/none",
  },
  "DELETE /v1alpha1/certificateissuers/{name}": {
    answers: "401 403 403 403 403 403 403 404 403",
    path: `/v1alpha1/certificateissuers/none${dry}`,
  },
  "GET /v1alpha1/contracts": { answers: "401 403 403 403 403 200 200 200 403" },
  "GET /v1alpha1/contracts/{name}": {
    answers: "401 403 403 403 403 404 404 404 403",
    path: "/v1alpha1/contracts/none",
  },
  "DELETE /v1alpha1/contracts/{name}": {
    answers: "401 403 403 403 403 403 403 404 403",
    path: `/v1alpha1/contracts/none${dry}`,
  },
  "GET /v1alpha1/projects": { answers: "401 200 200 200 200 200 200 200 403" },
  "GET /v1alpha1/projects/{name}": { answers: "401 404 200 200 200 200 200 200 403", path: own },
  "DELETE /v1alpha1/projects/{name}": { answers: "401 403 403 403 403 403 403 409 403", path: `${own}${dry}` },
  "GET /v1alpha1/projects/{project}/networks": {
    answers: "401 404 200 200 200 200 200 200 403",
    path: `${own}/networks`,
  },
  "GET /v1alpha1/networks": { answers: "401 200 200 200 200 200 200 200 403" },
  "GET /v1alpha1/projects/{project}/networks/{name}": {
    answers: "401 404 200 200 200 200 200 200 403",
    path: `${own}/networks/web`,
  },
  "DELETE /v1alpha1/projects/{project}/networks/{name}": {
    answers: "401 404 403 404 404 403 404 404 403",
    path: `${own}/networks/none${dry}`,
  },
  "GET /v1alpha1/routers": { answers: "401 403 403 403 403 200 200 200 403" },
  "GET /v1alpha1/routers/{name}": {
    answers: "401 403 403 403 403 200 200 200 403",
    path: "/v1alpha1/routers/edge1",
  },
  "DELETE /v1alpha1/routers/{name}": {
    answers: "401 403 403 403 403 403 403 409 403",
    path: `/v1alpha1/routers/edge1${dry}`,
  },
  "GET /v1alpha1/hosts": { answers: "401 403 403 403 403 200 200 200 403" },
  "GET /v1alpha1/hosts/{name}": { answers: "401 403 403 403 403 200 200 200 403", path: "/v1alpha1/hosts/host1" },
  "DELETE /v1alpha1/hosts/{name}": {
    answers: "401 403 403 403 403 403 403 409 403",
    path: `/v1alpha1/hosts/host1${dry}`,
  },
  "GET /v1alpha1/projects/{project}/secrets": {
    answers: "401 404 200 200 200 200 200 200 403",
    path: `${own}/secrets`,
  },
  "GET /v1alpha1/secrets": { answers: "401 200 200 200 200 200 200 200 403" },
  "GET /v1alpha1/projects/{project}/secrets/{name}": {
    answers: "401 404 200 200 200 200 200 200 403",
    path: `${own}/secrets/db`,
  },
  "DELETE /v1alpha1/projects/{project}/secrets/{name}": {
    answers: "401 404 403 409 409 403 409 409 403",
    path: `${own}/secrets/db${dry}`,
  },
  "GET /v1alpha1/projects/{project}/configs": {
    answers: "401 404 200 200 200 200 200 200 403",
    path: `${own}/configs`,
  },
  "GET /v1alpha1/configs": { answers: "401 200 200 200 200 200 200 200 403" },
  "GET /v1alpha1/projects/{project}/configs/{name}": {
    answers: "401 404 200 200 200 200 200 200 403",
    path: `${own}/configs/app`,
  },
  "DELETE /v1alpha1/projects/{project}/configs/{name}": {
    answers: "401 404 403 200 200 403 200 200 403",
    path: `${own}/configs/app${dry}`,
  },
  "GET /v1alpha1/projects/{project}/services": {
    answers: "401 404 200 200 200 200 200 200 403",
    path: `${own}/services`,
  },
  "GET /v1alpha1/services": { answers: "401 200 200 200 200 200 200 200 403" },
  "GET /v1alpha1/projects/{project}/services/{name}": {
    answers: "401 404 200 200 200 200 200 200 403",
    path: `${own}/services/shop`,
  },
  "DELETE /v1alpha1/projects/{project}/services/{name}": {
    answers: "401 404 403 200 200 403 200 200 403",
    path: `${own}/services/shop${dry}`,
  },
  "GET /v1alpha1/projects/{project}/instances": {
    answers: "401 404 200 200 200 200 200 200 403",
    path: `${own}/instances`,
  },
  "GET /v1alpha1/instances": { answers: "401 200 200 200 200 200 200 200 403" },
  "GET /v1alpha1/projects/{project}/instances/{name}": {
    answers: "401 404 200 200 200 200 200 200 403",
    path: `${own}/instances/shop-web-1`,
  },
  "GET /v1alpha1/projects/{project}/volumes": {
    answers: "401 404 200 200 200 200 200 200 403",
    path: `${own}/volumes`,
  },
  "GET /v1alpha1/volumes": { answers: "401 200 200 200 200 200 200 200 403" },
  "GET /v1alpha1/projects/{project}/volumes/{name}": {
    answers: "401 404 404 404 404 404 404 404 403",
    path: `${own}/volumes/none`,
  },
  "DELETE /v1alpha1/projects/{project}/volumes/{name}": {
    answers: "401 404 403 404 404 403 404 404 403",
    path: `${own}/volumes/none${dry}`,
  },
  "GET /v1alpha1/projects/{project}/instances/{id}/logs": {
    answers: "401 404 400 400 400 400 400 400 403",
    path: `${own}/instances/shop-lb-1/logs`,
  },
  "POST /v1alpha1/projects/{project}/instances/{id}/exec": {
    answers: "401 404 403 400 400 403 400 400 403",
    path: `${own}/instances/shop-lb-1/exec`,
    body: { command: ["true"] },
  },
  "POST /v1alpha1/apply": {
    answers: "401 403 403 200 200 403 200 200 403",
    path: `/v1alpha1/apply${dry}`,
    body: team,
  },
  "POST /v1alpha1/delete": {
    answers: "401 403 403 200 200 403 200 200 403",
    path: `/v1alpha1/delete${dry}`,
    body: { objects: [{ kind: "Service", name: "shop", project: "team" }] },
  },
  "POST /v1alpha1/scale": {
    answers: "401 404 403 200 200 403 200 200 403",
    path: `/v1alpha1/scale${dry}`,
    body: { project: "team", service: "shop", tiers: { web: 2 } },
  },
  "POST /v1alpha1/rollout": {
    answers: "401 404 403 200 200 403 200 200 403",
    path: `/v1alpha1/rollout${dry}`,
    body: { project: "team", service: "shop", action: "Pause" },
  },
  "POST /v1alpha1/autoscale/pause": {
    answers: "401 404 403 404 404 403 404 404 403",
    path: `/v1alpha1/autoscale/pause${dry}`,
    body: { project: "team", service: "shop", tiers: ["web"], paused: true },
  },
  "GET /v1alpha1/projects/{project}/services/{name}/autoscale": {
    answers: "401 404 404 404 404 404 404 404 403",
    path: `${own}/services/shop/autoscale`,
  },
  "GET /v1alpha1/changes": { answers: "401 200 200 200 200 200 200 200 403" },
  "GET /v1alpha1/changes/{id}": { answers: "401 404 200 200 200 200 200 200 403", path: "/v1alpha1/changes/6" },
  "POST /v1alpha1/changes/{id}/undo": {
    answers: "401 404 403 200 200 403 200 200 403",
    path: `/v1alpha1/changes/6/undo${dry}`,
  },
  "GET /v1alpha1/events": { answers: "401 200 200 200 200 200 200 200 403" },
  "GET /v1alpha1/nodes/{node}/state": {
    answers: "401 403 403 403 403 403 403 200 200",
    path: "/v1alpha1/nodes/host1/state",
  },
  "PUT /v1alpha1/nodes/{node}/report": {
    answers: "401 403 403 403 403 403 403 400 400",
    path: "/v1alpha1/nodes/host1/report",
    body: {},
  },
  "POST /v1alpha1/nodes/{node}/metrics": {
    answers: "401 403 403 403 403 403 403 400 400",
    path: "/v1alpha1/nodes/host1/metrics",
    body: {},
  },
  "GET /v1alpha1/metrics": { answers: "401 200 200 200 200 200 200 200 403" },
  "GET /v1alpha1/metrics/range": {
    answers: "401 200 200 200 200 200 200 200 403",
    path: "/v1alpha1/metrics/range?metric=cpu&step=86400&from=2026-01-01T00:00:00Z",
  },
  "GET /v1alpha1/nodes/{node}/requests": {
    answers: "401 403 403 403 403 403 403 200 200",
    path: "/v1alpha1/nodes/host1/requests",
  },
  "POST /v1alpha1/nodes/{node}/requests/{id}/output": {
    answers: "401 403 403 403 403 403 403 404 404",
    path: "/v1alpha1/nodes/host1/requests/x/output",
    body: {},
  },
  "GET /v1alpha1/log": { answers: "401 403 403 403 403 403 403 200 403" },
  // Of a node that is there its agent would be asked.
  "GET /v1alpha1/nodes/{node}/facts": {
    answers: "401 403 403 403 403 403 403 404 403",
    path: "/v1alpha1/nodes/none/facts",
  },
  "GET /v1alpha1/nodes/{node}/readback": {
    answers: "401 403 403 403 403 403 403 404 403",
    path: "/v1alpha1/nodes/none/readback",
  },
  "GET /v1alpha1/projects/{project}/instances/{id}/arrivals": {
    answers: "401 404 403 400 400 403 400 400 403",
    path: `${own}/instances/shop-lb-1/arrivals`,
  },
  "POST /v1alpha1/nodes/{node}/probe": {
    answers: "401 403 403 403 403 403 403 404 403",
    path: "/v1alpha1/nodes/none/probe",
  },
  "POST /v1alpha1/projects/{project}/instances/{id}/probe": {
    answers: "401 404 403 400 400 403 400 400 403",
    path: `${own}/instances/shop-lb-1/probe`,
  },
  "GET /v1alpha1/answers": { answers: "401 200 200 200 200 200 200 200 403" },
  "GET /v1alpha1/flows": { answers: "401 200 200 200 200 200 200 200 403", path: "/v1alpha1/flows?dropped=true" },
  // There is no such instance; of what is there, other tests ask.
  "GET /v1alpha1/trace": {
    answers: "401 404 404 404 404 404 404 404 403",
    path: "/v1alpha1/trace?destination=2001:db8:100::2&port=443&project=team&instance=none",
  },
  "GET /v1alpha1/proof": { answers: "401 200 200 200 200 200 200 200 403" },
  "GET /v1alpha1/self": { answers: "401 200 200 200 200 200 200 200 200" },
  "GET /v1alpha1/tokens": { answers: "401 200 403 403 200 403 403 200 403" },
  "POST /v1alpha1/tokens": {
    answers: "401 404 403 403 201 403 403 201 403",
    body: { name: "new", role: "Viewer", project: "team" },
  },
  "DELETE /v1alpha1/tokens/{id}": {
    answers: "401 404 403 403 404 403 403 404 403",
    path: "/v1alpha1/tokens/0123456789abcdef",
  },
  "GET /v1alpha1/topology": { answers: "401 403 403 403 403 200 200 200 403" },
  "GET /v1alpha1/ca": { answers: "401 200 200 200 200 200 200 200 403" },
  "GET /metrics": { answers: "401 200 200 200 200 200 200 200 403" },
  "GET /openapi.json": { answers: "401 200 200 200 200 200 200 200 403" },
  "GET /livez": { answers: "200 200 200 200 200 200 200 200 200" },
  "GET /readyz": { answers: "200 200 200 200 200 200 200 200 200" },
};
