/** This very program, for steps that call it. */
import { join } from "node:path";

const isSource = import.meta.filename.endsWith(".ts");

export const netwrightCommand: readonly [string, ...string[]] = [
  process.execPath,
  isSource ? join(import.meta.dirname, "../main.ts") : (process.argv[1] ?? ""),
];
