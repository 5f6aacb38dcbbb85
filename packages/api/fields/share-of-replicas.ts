/** How many of a tier's replicas: a number, or percent of them. */
import { NetwrightError } from "@netwright/base";
import { z } from "zod";
import { codecField } from "./text-field.ts";

export type ShareOfReplicas = { readonly count: number } | { readonly percent: number };

const countMax = 10_000;

/** @throws NW1203 for what is neither a whole number from 0 nor 0% to 100%. */
export function parseShareOfReplicas(value: string | number): ShareOfReplicas {
  const hint = "write a whole number of instances, or percent of the replicas, for example 1 or 25%";
  const percent = typeof value === "string" ? /^(\d{1,3})%$/.exec(value)?.[1] : undefined;
  if (percent !== undefined) {
    if (Number(percent) <= 100) return { percent: Number(percent) };
    throw new NetwrightError("NW1203", `${value} is more than all replicas (0% to 100%)`, { hint });
  }
  const count = typeof value === "number" ? value : /^\d{1,6}$/.test(value) ? Number(value) : NaN;
  if (Number.isInteger(count) && count >= 0 && count <= countMax) return { count };
  throw new NetwrightError(
    "NW1203",
    `${JSON.stringify(value)} is neither a number of instances (0 to ${countMax}) nor 0% to 100%`,
    { hint },
  );
}

const printShareOfReplicas = (share: ShareOfReplicas): string | number =>
  "count" in share ? share.count : `${share.percent}%`;

export const shareOfReplicasField = (description: string) =>
  codecField<z.ZodUnion<[z.ZodNumber, z.ZodString]>, ShareOfReplicas>(
    z.union([z.number(), z.string()]),
    { description, examples: [1, "25%"] },
    parseShareOfReplicas,
    // Of a field that is left out zod asks all the same.
    (share: ShareOfReplicas | undefined) => (share === undefined ? 0 : printShareOfReplicas(share)),
  );
