/** AddressPool: the public addresses that services are given. */
import { z } from "zod";
import { prefixField } from "../../fields/prefix.ts";
import { clusterObject } from "../metadata.ts";

const specSchema = z
  .strictObject({
    prefixes: z
      .array(
        prefixField(
          "One IPv6 prefix. Its first address is kept back: hosts announce it to show that the pool is in use.",
          {
            min: 16,
            max: 127,
            hint: "a pool needs its first address for itself and at least one to give out",
          },
        ),
      )
      .min(1)
      .meta({ description: "Where addresses come from, in this order." }),
  })
  .meta({ description: "Which addresses it gives out." });

const statusSchema = z.strictObject({
  allocated: z.number().meta({ description: "Addresses given out." }),
  resting: z.number().meta({ description: "Addresses given back that are not given out again yet." }),
});

export const addressPoolSchema = clusterObject("AddressPool", { spec: specSchema, status: statusSchema });
export type AddressPool = z.output<typeof addressPoolSchema>;
