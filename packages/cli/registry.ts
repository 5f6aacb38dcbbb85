/** Every verb, in the order of the overview. A verb's file is loaded when it is called, so that the others cost nothing. */
import type { VerbEntry } from "./verb.ts";

export const verbs: readonly VerbEntry[] = [
  {
    name: "apply",
    group: "Services",
    summary: "Make the objects of manifests so",
    load: () => import("./verbs/apply.ts"),
  },
  {
    name: "plan",
    group: "Services",
    summary: "Show what apply would change, host by host and flow by flow",
    load: () => import("./verbs/plan.ts"),
  },
  {
    name: "diff",
    group: "Services",
    summary: "Show what differs between manifests and stored objects",
    load: () => import("./verbs/diff.ts"),
  },
  {
    name: "scale",
    group: "Services",
    summary: "Set the number of instances of a tier",
    load: () => import("./verbs/scale.ts"),
  },
  {
    name: "delete",
    group: "Services",
    summary: "Delete objects and everything made for them",
    load: () => import("./verbs/delete.ts"),
  },
  {
    name: "history",
    group: "Services",
    summary: "List what was applied, newest first",
    load: () => import("./verbs/history.ts"),
  },
  {
    name: "undo",
    group: "Services",
    summary: "Put back the objects as they were before a change",
    load: () => import("./verbs/undo.ts"),
  },
  { name: "get", group: "Looking", summary: "List objects", load: () => import("./verbs/get.ts") },
  {
    name: "describe",
    group: "Looking",
    summary: "Show one object with its conditions, instances, rules and events",
    load: () => import("./verbs/describe.ts"),
  },
  {
    name: "wait",
    group: "Looking",
    summary: "Wait until an object is ready, or gone",
    load: () => import("./verbs/wait.ts"),
  },
  { name: "events", group: "Looking", summary: "Show what happened", load: () => import("./verbs/events.ts") },
  { name: "logs", group: "Looking", summary: "Print what an instance wrote", load: () => import("./verbs/logs.ts") },
  {
    name: "exec",
    group: "Looking",
    summary: "Run a command inside an instance",
    load: () => import("./verbs/exec.ts"),
  },
  {
    name: "flows",
    group: "Understanding",
    summary: "Show flows that a firewall dropped, and where a rule would go",
    load: () => import("./verbs/flows.ts"),
  },
  {
    name: "trace",
    group: "Understanding",
    summary: "Follow a connection hop by hop, and say where it stops",
    load: () => import("./verbs/trace.ts"),
  },
  {
    name: "explain",
    group: "Understanding",
    summary: "Explain a kind, a field or an error code",
    load: () => import("./verbs/explain.ts"),
  },
  {
    name: "lab",
    group: "Lab",
    summary: "A whole network on this machine: up, down, status, exec, graph, capture, cut, heal",
    load: () => import("./verbs/lab.ts"),
  },
  {
    name: "pause",
    group: "Operating",
    summary: "Let the agent of a host or router look but change nothing",
    load: () => import("./verbs/pause.ts"),
  },
  { name: "resume", group: "Operating", summary: "Let it work again", load: () => import("./verbs/resume.ts") },
  {
    name: "token",
    group: "Operating",
    summary: "Make, list and revoke the tokens that clients and agents use",
    load: () => import("./verbs/token.ts"),
  },
  { name: "server", group: "Operating", summary: "Run the server", load: () => import("./verbs/server.ts") },
  {
    name: "agent",
    group: "Operating",
    summary: "Run the agent of a host or router",
    load: () => import("./verbs/agent.ts"),
  },
  {
    name: "doctor",
    group: "Operating",
    summary: "Check this machine: programs, kernel features, what is in the way",
    load: () => import("./verbs/doctor.ts"),
  },
  { name: "version", group: "Operating", summary: "Print the version", load: () => import("./verbs/version.ts") },
];
