/** Amounts of CPU and memory, written as in Kubernetes. Without schemas, which an agent does not load. */
import { NetwrightError } from "@netwright/base";

declare const unit: unique symbol;

/** Thousandths of a CPU. */
export type MilliCpu = number & { readonly [unit]: "milli-cpu" };
/** Octets. */
export type Octets = number & { readonly [unit]: "octets" };

const maxCpuMillis = 1_024_000;
const maxOctets = 2 ** 50;

/** @throws NW1203 when it is not a number of CPUs (0.5, "2") or of thousandths ("500m"), from 1m to 1024. */
export function parseCpu(value: string | number): MilliCpu {
  const match = /^(\d{1,7}(?:\.\d{1,3})?)(m?)$/.exec(String(value));
  const millis = match === null ? NaN : Number(match[1]) * (match[2] === "m" ? 1 : 1000);
  const rounded = Math.round(millis);
  const whole = Math.abs(rounded - millis) < 1e-6;
  if (whole && rounded >= 1 && rounded <= maxCpuMillis) return rounded as MilliCpu;
  throw new NetwrightError("NW1203", `${JSON.stringify(value)} is not an amount of CPU (1m to 1024)`, {
    hint: 'write cores or thousandths of one, for example 2, 0.5 or "500m"',
  });
}

export const printCpu = (value: MilliCpu): string => (value % 1000 === 0 ? `${value / 1000}` : `${value}m`);

const factors = { Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40, k: 1e3, M: 1e6, G: 1e9, T: 1e12, "": 1 } as const;

/** @throws NW1203 when it is not a whole number with a unit such as `Mi`, from `min` octets to 1024Ti. */
export function parseOctets(text: string, min: number): Octets {
  const match = /^(\d{1,16})(Ki|Mi|Gi|Ti|k|M|G|T|)$/.exec(text);
  const octets = match === null ? NaN : Number(match[1]) * factors[match[2] as keyof typeof factors];
  if (octets >= min && octets <= maxOctets) return octets as Octets;
  const bounds = `${printOctets(min as Octets)} to 1024Ti`;
  throw new NetwrightError("NW1203", `${JSON.stringify(text)} is not an amount of memory (${bounds})`, {
    hint: "write a whole number and a unit (Ki, Mi, Gi), for example 64Mi",
  });
}

/** Canonical text: the largest binary unit that leaves a whole number. */
export function printOctets(value: Octets): string {
  const name = (["Ti", "Gi", "Mi", "Ki"] as const).find((candidate) => value % factors[candidate] === 0) ?? "";
  return `${value / factors[name]}${name}`;
}
