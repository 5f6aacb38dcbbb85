/** What clauses that nobody writes are called. */
import { defaultProject } from "@netwright/api";
import type { TierEnd } from "../classes/ends.ts";

/** Of a service, of a network, or of all: `implied chain service/shop`. */
export const impliedClause = (what: string, object = ""): string =>
  `implied ${what}${object === "" ? "" : ` ${object}`}`;

export const serviceObject = ({ project, service }: Pick<TierEnd, "project" | "service">): string =>
  inProject(project, `service/${service}`);

export const networkObject = ({ project, network }: Pick<TierEnd, "project" | "network">): string =>
  inProject(project, `network/${network}`);

const inProject = (project: string, name: string): string => (project === defaultProject ? name : `${project}/${name}`);
