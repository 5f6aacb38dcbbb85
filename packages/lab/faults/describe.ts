/** A fault in a few words, as progress, `status` and reports show it. Pure. */
import {
  printBitRate,
  printClockOffset,
  printDuration,
  printOctets,
  printPercentage,
  type Fault,
} from "@netwright/api";

/** `a-b: loss 10%, delay 20ms, from a, for 5s`. Only for faults that `validateFault` accepts. */
export function describeFault(fault: Fault): string {
  const limit = fault.for === undefined || fault.kill !== undefined ? [] : [`for ${printDuration(fault.for)}`];
  if (fault.partition !== undefined) {
    const groups = fault.partition.map((group) => group.join(" ")).join(fault.oneWay === true ? " -> " : " | ");
    return [`partition: ${groups}`, ...limit].join(", ");
  }
  const from = fault.from === undefined ? [] : [`from ${fault.from}`];
  return `${fault.link ?? fault.node}: ${[...effects(fault), ...from, ...limit].join(", ")}`;
}

function effects(fault: Fault): readonly string[] {
  const { impair, state, cut, flap, mtu, silently, kill, signal = "KILL", diskFull, leave, clock, dns } = fault;
  if (impair !== undefined) return impairEffects(impair);
  if (state !== undefined) return [state];
  if (cut !== undefined) return ["cut"];
  if (flap !== undefined) return [`down ${printDuration(flap.down)} of every ${printDuration(flap.every)}`];
  if (mtu !== undefined) return [silently === true ? `packets above ${mtu} vanish` : `MTU ${mtu}`];
  if (kill !== undefined)
    return [
      `${kill} gets SIG${signal}${fault.for === undefined ? "" : ` and stays dead for ${printDuration(fault.for)}`}`,
    ];
  if (diskFull !== undefined)
    return [`${diskFull} has ${leave === undefined ? "no room" : `${printOctets(leave)} left`}`];
  if (clock !== undefined) return [`clock ${printClockOffset(clock)}`];
  return [dns === "fail" ? "DNS fails" : "DNS is slow"];
}

function impairEffects({ match, ...impair }: NonNullable<Fault["impair"]>): readonly string[] {
  const { loss, delay, jitter, rate, reorder, duplicate, corrupt } = impair;
  const shares = { loss, reorder, duplicate, corrupt };
  const conditions = Object.entries(match ?? {}).map(([name, value]) =>
    name === "protocol" ? value : `${name} ${value}`,
  );
  return [
    ...(delay === undefined
      ? []
      : [`delay ${printDuration(delay)}${jitter === undefined ? "" : ` +-${printDuration(jitter)}`}`]),
    ...Object.entries(shares).flatMap(([name, value]) =>
      value === undefined ? [] : [`${name} ${printPercentage(value)}`],
    ),
    ...(rate === undefined ? [] : [`rate ${printBitRate(rate)}`]),
    ...(conditions.length === 0 ? [] : [`only ${conditions.join(" ")}`]),
  ];
}
