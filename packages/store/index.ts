/** Revisioned stores behind one contract: in memory for tests, SQLite for programs. */
export * from "./follow.ts";
export * from "./memory.ts";
export * from "./options.ts";
export * from "./sqlite.ts";
export * from "./wakeups.ts";
