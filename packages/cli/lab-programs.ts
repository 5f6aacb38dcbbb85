import { fileURLToPath } from "node:url";
import type { LabPrograms } from "@netwright/lab";

/** This very program, by the Node that runs it: sources in a checkout, the bundle in an installation. */
const self = fileURLToPath(new URL(import.meta.url.endsWith(".ts") ? "./main.ts" : import.meta.url, import.meta.url));

export const labPrograms: LabPrograms = {
  server: [process.execPath, self, "server"],
  agent: [process.execPath, self, "agent"],
};
