/** The real node: programs, files, processes. Only programs and tests import this. */
export * from "./files.ts";
export * from "./kernel-files.ts";
export * from "./node-system.ts";
export * from "./processes.ts";
export * from "./runner.ts";
