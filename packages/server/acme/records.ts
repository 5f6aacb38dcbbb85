/** What must survive a restart: accounts and orders that were begun. Their private keys are encrypted in the store. */
import type { Store, StoreWrite } from "@netwright/contract";
import { openText, sealText, type SealedText } from "../secrets/sealed-text.ts";
import type { Sealer } from "../secrets/sealer.ts";

export interface AccountRecord {
  readonly directory: string;
  /** PKCS #8 PEM. Whoever has it can have certificates made and revoked. */
  readonly key: string;
  /** Undefined until the authority has given one. */
  readonly url?: string;
  /** As the authority knows it. */
  readonly contact?: readonly string[];
}

export interface OrderRecord {
  readonly issuer: string;
  readonly directory: string;
  /** Of the certificate that it will bring, PKCS #8 PEM. */
  readonly key: string;
  readonly url?: string;
  /** Content of the TXT record that may be in the zone for it. */
  readonly record?: string;
}

/** Before the names of issuers and of hosts. */
export const [accountPrefix, orderPrefix] = ["acme-account/", "acme-order/"];

export class AcmeRecords<T extends { readonly key: string }> {
  readonly #store: Store;
  readonly #sealer: Sealer;
  readonly #prefix: string;
  readonly #known: Map<string, T>;

  constructor(store: Store, sealer: Sealer, prefix: string) {
    this.#store = store;
    this.#sealer = sealer;
    this.#prefix = prefix;
    const { records } = store.list(prefix);
    this.#known = new Map(
      records.map(({ key: name, value }) => {
        const stored = JSON.parse(value) as T & { readonly key: SealedText };
        return [name.slice(prefix.length), { ...stored, key: openText(sealer, stored.key) }];
      }),
    );
  }

  get(name: string): T | undefined {
    return this.#known.get(name);
  }

  names(): readonly string[] {
    return [...this.#known.keys()];
  }

  /** On disk when it resolves. */
  async put(name: string, record: T): Promise<T> {
    const value = JSON.stringify({ ...record, key: sealText(this.#sealer, record.key) });
    await this.#store.commit([{ kind: "Put", key: this.#prefix + name, value }]);
    this.#known.set(name, record);
    return record;
  }

  async delete(name: string): Promise<void> {
    if (this.#known.delete(name)) await this.#store.commit([this.deletion(name)]);
  }

  /** For a transaction of somebody else's, after which `forget` is called. */
  deletion(name: string): StoreWrite {
    return { kind: "Delete", key: this.#prefix + name };
  }

  forget(name: string): void {
    this.#known.delete(name);
  }
}
