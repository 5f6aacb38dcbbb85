/** Clauses and contracts for tests, with what most of them have. */
import type { Clause, ContractOf, Service, TierSelector } from "@netwright/api";
import { kinds } from "@netwright/api";

const common = { kind: "Ensures", path: ["spec", "contract", "ensures", 0], protocols: ["tcp"], ports: [] } as const;
const anyProtocol = { protocols: ["tcp", "udp", "icmp"] } as const;

type Written<Form extends Clause["form"]> = Partial<Extract<Clause, { readonly form: Form }>> &
  Pick<Extract<Clause, { readonly form: Form }>, "from" | "to">;

export const canReach = (name: string, written: Written<"CanReach">): Clause => ({
  ...common,
  through: [],
  despiteHostLoss: false,
  name,
  form: "CanReach",
  ...written,
});
export const cannotReach = (name: string, written: Written<"CannotReach">): Clause => ({
  ...common,
  ...anyProtocol,
  name,
  form: "CannotReach",
  ...written,
});
export const onlyFrom = (name: string, written: Written<"OnlyFrom">): Clause => ({
  ...common,
  ...anyProtocol,
  name,
  form: "OnlyFrom",
  ...written,
});
export const onlyThrough = (
  name: string,
  written: Written<"OnlyThrough"> & Pick<Extract<Clause, { form: "OnlyThrough" }>, "through">,
): Clause => ({
  ...common,
  ...anyProtocol,
  name,
  form: "OnlyThrough",
  ...written,
});

export const contractOf = (...clauses: readonly Clause[]): ContractOf => ({
  object: "contract/test",
  clauses,
  justified: [],
});

export const tier = (service: string, name?: string): TierSelector => ({
  project: "default",
  service,
  ...(name === undefined ? {} : { tier: name }),
});

export function serviceOf(name: string, spec: object): Service {
  const written = { apiVersion: "netwright.dev/v1alpha1", kind: "Service", metadata: { name }, spec };
  return kinds.Service.complete(kinds.Service.schema.parse(written)) as Service;
}

/** The shop of `@netwright/model/testing.ts`: HTTPS, proxy, web at 8080. */
export const shopService = (): Service =>
  serviceOf("shop", {
    network: "web",
    expose: [{ hostname: "shop.example.net", protocol: "HTTPS" }],
    tiers: [{ name: "web", workload: { image: "host", command: ["x"], port: 8080 } }],
  });
