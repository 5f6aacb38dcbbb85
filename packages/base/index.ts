/** What every package may use: errors, units, injected time and entropy, addresses. No I/O. */
export * from "./align-lines.ts";
export * from "./clock.ts";
export * from "./equal.ts";
export * from "./error-codes.ts";
export * from "./errors.ts";
export * from "./image-reference.ts";
export * from "./log.ts";
export * from "./net/domain-pattern.ts";
export * from "./net/ip.ts";
export * from "./net/ipv4.ts";
export * from "./net/ipv6.ts";
export * from "./net/mac.ts";
export * from "./net/prefix.ts";
export * from "./recent-lines.ts";
export * from "./redact.ts";
export * from "./remembered.ts";
export * from "./units.ts";
