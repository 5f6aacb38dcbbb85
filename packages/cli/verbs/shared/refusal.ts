import { ContractsBroken, type Plan } from "@netwright/api";

/** Ends a dry run as the change itself would end. @throws NW1313 with every counterexample */
export function throwRefusal({ contracts }: Plan): void {
  const { broken = [] } = contracts ?? {};
  if (broken.length > 0) throw new ContractsBroken(broken);
}
