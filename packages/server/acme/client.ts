/** One account at one authority: the messages of RFC 8555, each with a fresh nonce. */
import type { KeyObject } from "node:crypto";
import type { Clock } from "@netwright/base";
import { AcmeFailure, objectIn, refusalOf } from "./failure.ts";
import { externalBinding, signed } from "./jws.ts";
import type { AcmeResponse, AcmeTransport } from "./transport.ts";

export interface Directory {
  readonly newNonce: string;
  readonly newAccount: string;
  readonly newOrder: string;
  /** RFC 9773; undefined where the authority does not say when to renew. */
  readonly renewalInfo: string | undefined;
  readonly externalAccountRequired: boolean;
}

export interface Order {
  readonly status: "pending" | "ready" | "processing" | "valid" | "invalid";
  readonly authorizations: readonly string[];
  readonly finalize: string;
  readonly certificate?: string;
  readonly error?: object;
}

export interface Authorization {
  readonly identifier: { readonly value: string };
  readonly status: "pending" | "valid" | "invalid" | "deactivated" | "expired" | "revoked";
  readonly challenges: readonly Challenge[];
}

export interface Challenge {
  readonly type: string;
  readonly url: string;
  readonly token: string;
  readonly status: "pending" | "processing" | "valid" | "invalid";
  readonly error?: object;
}

export interface ExternalAccount {
  readonly keyId: string;
  /** Base64url. */
  readonly secret: string;
}

export interface ClientOptions {
  readonly directory: string;
  readonly transport: AcmeTransport;
  readonly clock: Clock;
  readonly key: KeyObject;
  readonly signal: AbortSignal;
  /** URL of the account, as far as it is known. */
  readonly account: string | undefined;
}

/** Refused nonces are common where an authority has several machines, and say nothing about the message. */
const noncesMax = 12;

export class AcmeClient {
  readonly #options: ClientOptions;
  #account: string | undefined;
  #directory: Directory | undefined;
  #nonce: string | undefined;

  constructor(options: ClientOptions) {
    this.#options = options;
    this.#account = options.account;
  }

  async directory(): Promise<Directory> {
    this.#directory ??= directoryOf(await this.#get(this.#options.directory));
    return this.#directory;
  }

  /** Makes the account, or finds that of this key. @returns its URL. */
  async register(contact: readonly string[], external: ExternalAccount | undefined): Promise<string> {
    const { newAccount, externalAccountRequired } = await this.directory();
    if (externalAccountRequired && external === undefined)
      throw new AcmeFailure(
        "NW1622",
        "AccountRefused",
        "the authority only takes accounts that are bound to one it gave out: externalAccountBinding is missing",
      );
    const payload = {
      termsOfServiceAgreed: true,
      contact: contact.map((address) => `mailto:${address}`),
      ...(external === undefined
        ? {}
        : {
            externalAccountBinding: externalBinding(this.#options.key, external.keyId, external.secret, newAccount),
          }),
    };
    const { headers } = await this.#post(newAccount, payload, null);
    this.#account = required(headers["location"], "an account without a URL");
    return this.#account;
  }

  /** What the authority knows of whom to tell. */
  async setContact(contact: readonly string[]): Promise<void> {
    await this.post(required(this.#account, "no account"), { contact: contact.map((address) => `mailto:${address}`) });
  }

  /** @param replaces the certificate that it renews, as RFC 9773 section 4.1 names it. */
  async newOrder(
    hostname: string,
    replaces: string | undefined,
  ): Promise<{ readonly url: string; readonly order: Order }> {
    const { newOrder } = await this.directory();
    const identifiers = [{ type: "dns", value: hostname }];
    const payload = replaces === undefined ? { identifiers } : { identifiers, replaces };
    const { headers, body } = await this.post(newOrder, payload);
    return { url: required(headers["location"], "an order without a URL"), order: parsed(body) as Order };
  }

  /** Reads a resource of the account. */
  async read(url: string): Promise<{ readonly value: object; readonly retryAfter: string | undefined }> {
    const { body, headers } = await this.post(url, null);
    return { value: parsed(body), retryAfter: headers["retry-after"] };
  }

  async download(url: string): Promise<string> {
    return (await this.post(url, null)).body;
  }

  /** Window in which to renew (RFC 9773 section 4.2); undefined where the authority has no opinion. */
  async renewalInfo(
    id: string,
  ): Promise<{ readonly value: object; readonly retryAfter: string | undefined } | undefined> {
    const { renewalInfo } = await this.directory();
    if (renewalInfo === undefined) return undefined;
    const { body, headers } = await this.#get(`${renewalInfo}/${id}`);
    return { value: parsed(body), retryAfter: headers["retry-after"] };
  }

  /** Invariant: the account is known. */
  post(url: string, payload: object | null): Promise<AcmeResponse> {
    return this.#post(url, payload, required(this.#account, "no account"));
  }

  async #post(url: string, payload: object | null, account: string | null): Promise<AcmeResponse> {
    const { transport, key, signal, clock } = this.#options;
    for (let count = 1; ; count++) {
      const nonce = this.#nonce ?? (await this.#freshNonce());
      this.#nonce = undefined;
      const body = signed(key, { url, nonce, account, payload });
      const response = await transport({ method: "POST", url, body }, signal);
      this.#nonce = response.headers["replay-nonce"];
      if (response.status >= 200 && response.status < 300) return response;
      const failure = refusalOf(response, clock.now());
      if (failure.type !== "badNonce" || count === noncesMax) throw failure;
    }
  }

  async #freshNonce(): Promise<string> {
    const { newNonce } = await this.directory();
    const { headers } = await this.#options.transport({ method: "HEAD", url: newNonce }, this.#options.signal);
    return required(headers["replay-nonce"], "no nonce");
  }

  async #get(url: string): Promise<AcmeResponse> {
    const response = await this.#options.transport({ method: "GET", url }, this.#options.signal);
    if (response.status !== 200) throw refusalOf(response, this.#options.clock.now());
    return response;
  }
}

function required<T>(value: T | undefined, what: string): T {
  if (value !== undefined) return value;
  throw new AcmeFailure("NW1621", "AuthorityFailed", `the authority gives ${what}`);
}

const parsed = (body: string): object => required(objectIn(body), "an answer that is not a JSON object");

function directoryOf({ body }: AcmeResponse): Directory {
  const found = parsed(body) as Partial<Record<string, unknown>>;
  const url = (name: string): string | undefined => {
    const value = found[name];
    return typeof value === "string" ? value : undefined;
  };
  const meta = found["meta"] as { readonly externalAccountRequired?: unknown } | undefined;
  return {
    newNonce: required(url("newNonce"), "a directory without newNonce"),
    newAccount: required(url("newAccount"), "a directory without newAccount"),
    newOrder: required(url("newOrder"), "a directory without newOrder"),
    renewalInfo: url("renewalInfo"),
    externalAccountRequired: meta?.externalAccountRequired === true,
  };
}
