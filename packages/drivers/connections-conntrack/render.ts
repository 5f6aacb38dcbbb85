/** Commands that `conntrack --load-file` reads. Pure. */
import type { Connection } from "./parse.ts";

/** Deletes exactly one connection, by its original direction. */
export function renderDelete({ protocol, original }: Connection): string {
  const { source, destination, sourcePort, destinationPort } = original;
  const ports =
    sourcePort === undefined || destinationPort === undefined
      ? ""
      : ` --sport ${sourcePort} --dport ${destinationPort}`;
  return `-D -f ipv6 -s ${source} -d ${destination} -p ${protocol}${ports}`;
}
