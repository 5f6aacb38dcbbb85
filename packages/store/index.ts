/** Revisioned stores behind one contract: in memory for tests, SQLite for programs. */
export * from "./memory.ts";
export * from "./sqlite.ts";
