/** Fields for amounts of CPU and memory. */
import { parseCpu, parseOctets, printCpu, printOctets, type MilliCpu, type Octets } from "./amounts.ts";
import { textField, textOrNumberField } from "./text-field.ts";

export const cpuField = (description: string) =>
  textOrNumberField<MilliCpu>({ description, examples: ["500m", 2] }, parseCpu, printCpu);

/** `min` in octets. */
export const memoryField = (description: string, min: number) =>
  textField<Octets>({ description, examples: ["64Mi", "1Gi"] }, (text) => parseOctets(text, min), printOctets);
