/** The kind Service, for the registry. */
import type { Kind } from "../kind.ts";
import { completeService } from "./defaults.ts";
import { serviceNameMax, serviceSchema, type ServiceInput } from "./schema.ts";
import type { Service } from "./service.ts";
import { validateService } from "./validate.ts";

export const service: Kind<ServiceInput, Service> = {
  kind: "Service",
  plural: "services",
  aliases: ["svc"],
  scope: "Project",
  readOnly: false,
  summary: "A name in the world and the tiers of workloads behind it.",
  nameMax: serviceNameMax,
  schema: serviceSchema,
  validate: validateService,
  complete: completeService,
};
