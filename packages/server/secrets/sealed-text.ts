/** Private keys of the server's own, encrypted like values of Secrets. */
import type { SealedValue } from "@netwright/api";
import type { Sealer } from "./sealer.ts";

/** What is stored: the encrypted text; a store of an older version has the text itself. */
export type SealedText = SealedValue | string;

export const sealText = (sealer: Sealer, text: string): SealedText => sealer.seal(Buffer.from(text, "utf8"));

/** @throws NW1511 */
export const openText = (sealer: Sealer, stored: SealedText): string =>
  typeof stored === "string" ? stored : sealer.open(stored).toString("utf8");
