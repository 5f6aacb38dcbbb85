/** Traffic that runs beside the steps. */
import { z } from "zod";
import { integerField } from "../../fields/integer.ts";
import { nameField } from "../../fields/name.ts";
import { spanField } from "./span.ts";

export const loadSchema = z
  .strictObject({
    name: nameField("For checks and reports."),
    at: z.string().meta({ description: "The node that sends." }),
    http: z
      .string()
      .exactOptional()
      .meta({ description: "A URL, asked for at the rate whatever becomes of the answers (open loop)." }),
    tcp: z.string().exactOptional().meta({ description: "HOST:PORT: a connection each time, opened and closed." }),
    udp: z.string().exactOptional().meta({ description: "HOST:PORT: a datagram each time that must be answered." }),
    ping: z.string().exactOptional().meta({ description: "An ICMP echo each time." }),
    command: z.array(z.string()).min(1).exactOptional().meta({
      description: "A generator of your own, for example wrk, h2load or iperf3; its exit status counts as one request.",
    }),
    rate: integerField({ noun: "a rate", min: 1, max: 100_000, description: "Requests a second." }).default(20),
    fresh: z
      .number()
      .min(0)
      .max(1)
      .default(0.5)
      .meta({ description: "HTTP: the part of requests on new connections." }),
    timeout: spanField("A request that takes longer has failed.").prefault("2s"),
    insecure: z.boolean().default(false).meta({ description: "Take any certificate." }),
    for: spanField("Ends by itself after this; left out: with the scenario, or by `stop`.").exactOptional(),
  })
  .meta({ id: "Load", description: "Traffic: requests at a steady rate." });

export type Load = z.output<typeof loadSchema>;
export const loadKinds = ["http", "tcp", "udp", "ping", "command"] as const;
