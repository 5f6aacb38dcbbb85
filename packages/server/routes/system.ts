/** What is about the whole: topology, certificate authority, metrics, health. */
import { NetwrightError } from "@netwright/base";
import { json, text } from "../http/answers.ts";
import type { Route } from "../http/route.ts";
import { scopeOf, type Scope } from "../auth/scope.ts";
import { projectMetrics } from "../status/measure-projects.ts";
import { topologyOf } from "../status/topology.ts";
import type { ServerContext } from "./context.ts";

/** Of one project: what it uses and may use, and what was measured of it. */
async function metrics(context: ServerContext, scope: Scope): Promise<Response> {
  const { controller, measurements } = context;
  const { registry, setMeasured } = context.metrics;
  controller.measure();
  if (scope === null) {
    setMeasured(measurements, scope);
    return text(await registry.metrics(), registry.contentType);
  }
  const { certificates } = controller.facts();
  return text(await projectMetrics(controller.world, certificates, measurements, scope), registry.contentType);
}

export const systemRoutes = (context: ServerContext): readonly Route[] => [
  {
    method: "GET",
    path: "/v1alpha1/topology",
    summary: "Hosts, routers, links and BGP sessions.",
    access: "Viewer",
    reach: "Site",
    answer: { kind: "Object", schema: "Topology" },
    handle: () => json(topologyOf(context.controller.facts())),
  },
  {
    method: "GET",
    path: "/v1alpha1/ca",
    summary: "The certificate of the built-in certificate authority, PEM.",
    access: "Viewer",
    reach: "Project",
    answer: { kind: "Text", mediaType: "application/x-pem-file" },
    handle: () => text(context.caCertificate, "application/x-pem-file"),
  },
  {
    method: "GET",
    path: "/metrics",
    summary: "Metrics for Prometheus.",
    access: "Viewer",
    reach: "Project",
    answer: { kind: "Text", mediaType: "text/plain" },
    handle: ({ subject }) => metrics(context, scopeOf(subject)),
  },
  {
    method: "GET",
    path: "/livez",
    summary: "200 while the server runs.",
    access: "Anyone",
    reach: "Project",
    answer: { kind: "Text", mediaType: "text/plain" },
    handle: () => text("ok\n", "text/plain"),
  },
  {
    method: "GET",
    path: "/readyz",
    summary: "200 when everything stored is compiled and served.",
    access: "Anyone",
    reach: "Project",
    answer: { kind: "Text", mediaType: "text/plain" },
    handle: () => {
      if (!context.controller.started || context.stop.aborted)
        throw new NetwrightError("NW1505", "the server is not ready");
      return text("ok\n", "text/plain");
    },
  },
];
