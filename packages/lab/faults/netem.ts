/** Impairments by the kernel's netem, a queueing discipline of a device. Pure. */
import type { Impairment } from "@netwright/api";
import type { Device, FaultPlan } from "./plan.ts";

/** Ours, in hexadecimal: by it we know what we may take away. */
const handle = "6e77:";

/** Frames in flight are held in its queue: enough for 1 Gbit/s and a delay of 1 s at 1500 octets. */
const limit = 100_000;

const percent = (parts: number): string => `${parts / 10_000}%`;

/** Words after `netem`, in the order that tc(8) wants. */
export function netemWords({ loss, delay, jitter, rate, reorder, duplicate, corrupt }: Impairment): readonly string[] {
  return [
    `limit ${limit}`,
    ...(delay === undefined ? [] : [`delay ${delay}ms${jitter === undefined ? "" : ` ${jitter}ms`}`]),
    ...(reorder === undefined ? [] : [`reorder ${percent(reorder)}`]),
    ...(loss === undefined ? [] : [`loss ${percent(loss)}`]),
    ...(duplicate === undefined ? [] : [`duplicate ${percent(duplicate)}`]),
    ...(corrupt === undefined ? [] : [`corrupt ${percent(corrupt)}`]),
    ...(rate === undefined ? [] : [`rate ${rate}bit`]),
  ];
}

export function planNetem(devices: readonly Device[], impair: Impairment): FaultPlan {
  const words = netemWords(impair).join(" ");
  return {
    begin: devices
      .map(({ pid, device }) => `at ${pid} tc qdisc add dev ${device} root handle ${handle} netem ${words}`)
      .join("\n"),
    end: devices
      .map(
        ({ pid, device }) =>
          `if at ${pid} tc qdisc show dev ${device} 2>/dev/null | grep -q '^qdisc netem ${handle}'; then check at ${pid} tc qdisc del dev ${device} root; fi`,
      )
      .join("\n"),
    claims: devices.map(({ node, device }) => `queue of ${node}:${device}`),
  };
}
