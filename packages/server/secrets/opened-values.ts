/** The values that hosts are sent: those that templates of the ledger refer to. In memory only. */
import { isNetwrightError, type Log } from "@netwright/base";
import type { Ledger, LedgerChange } from "@netwright/compiler";
import type { Sealer } from "./sealer.ts";

export class OpenedValues {
  readonly #sealer: Sealer;
  readonly #log: Log;
  #values: ReadonlyMap<string, string> | undefined;

  constructor(sealer: Sealer, log: Log) {
    this.#sealer = sealer;
    this.#log = log;
  }

  /** By digest, in base64. The same value until templates change. @param changes that led to this ledger */
  of(ledger: Ledger, changes: readonly LedgerChange[]): ReadonlyMap<string, string> {
    const known = this.#values;
    if (known !== undefined && !changes.some(({ key }) => key.startsWith("template/"))) return known;
    const values = new Map<string, string>();
    for (const entry of ledger.values()) {
      if (entry.kind !== "Template") continue;
      for (const [digest, box] of Object.entries(entry.sealed ?? {})) {
        const value = known?.get(digest) ?? this.#open(digest, box);
        if (value !== undefined) values.set(digest, value);
      }
    }
    this.#values = values;
    return values;
  }

  /** What cannot be opened is not delivered, and what needs it waits: the rest goes on. */
  #open(digest: string, box: string): string | undefined {
    try {
      return this.#sealer.open({ digest, box }).toString("base64");
    } catch (failure) {
      if (!isNetwrightError(failure)) throw failure;
      this.#log.error("SecretUnreadable", { code: failure.code, message: failure.message });
      return undefined;
    }
  }
}
