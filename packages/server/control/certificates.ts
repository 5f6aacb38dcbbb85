/**
 * Certificates of the hostnames that HTTPS listeners serve. Those of the built-in authority are made here, within the
 * round that needs them, and those of users are taken from their Secrets; those of other authorities arrive when they are
 * ready. Kept over restarts, and served until others take their place.
 */
import type { SealedValue } from "@netwright/api";
import { seconds, type Clock, type Instant } from "@netwright/base";
import type { Store, StoreWrite } from "@netwright/contract";
import type { Obstacle } from "../acme/attempt.ts";
import { openText, type SealedText } from "../secrets/sealed-text.ts";
import type { Sealer } from "../secrets/sealer.ts";
import { openOwn } from "./own-certificates.ts";
import { wantedCertificates, type Source } from "./wanted-certificates.ts";
import type { World } from "./world.ts";

export interface Issued {
  /** Certificate chain, then private key, PEM. */
  readonly pem: string;
  readonly notBefore: Instant;
  readonly notAfter: Instant;
  /** Name of a CertificateIssuer; absent: the built-in authority, or `secret`. */
  readonly issuer?: string;
  /** The user's own: the Secret's name, and digests of what it was made from. */
  readonly secret?: { readonly name: string; readonly digests: string };
  /** When it was had from there. */
  readonly since?: Instant;
}

/** Makes a certificate for a hostname. */
export type Issue = (hostname: string) => Promise<Issued>;

const prefix = "certificate/";

interface Offer {
  readonly issued: Issued;
  readonly writes: readonly StoreWrite[];
}

/** A certificate with its encrypted form, whose digest names it in states of nodes. */
interface Kept {
  readonly issued: Issued;
  readonly sealed: SealedValue;
}

/** What the compiler is given. The same values until a certificate changes. */
export interface Certified {
  /** By hostname. */
  readonly digests: ReadonlyMap<string, string>;
  /** By digest: chain and private key, PEM, in base64. */
  readonly values: ReadonlyMap<string, string>;
}

interface Prepared {
  readonly certified: Certified;
  /** To commit with it. */
  readonly writes: readonly StoreWrite[];
  /** Makes it so. */
  readonly done: () => void;
}

export class Certificates {
  readonly #sealer: Sealer;
  readonly #issue: Issue;
  readonly #clock: Clock;
  readonly #onOffer: () => Promise<void>;
  readonly #offers = new Map<string, Offer>();
  #kept: ReadonlyMap<string, Kept>;
  #certified: Certified;
  /** By hostname: why the certificate of its Secret is not served. */
  #problems: ReadonlyMap<string, Obstacle> = new Map();
  /** By hostname: what was said last of its certificate. */
  #said: ReadonlyMap<string, string> = new Map();

  /** @param onOffer carries a round out */
  constructor(store: Store, sealer: Sealer, clock: Clock, issue: Issue, onOffer: () => Promise<void>) {
    this.#sealer = sealer;
    this.#issue = issue;
    this.#clock = clock;
    this.#onOffer = onOffer;
    const { records } = store.list(prefix);
    this.#kept = new Map(records.map(({ key, value }) => [key.slice(prefix.length), readRecord(sealer, value)]));
    this.#certified = certifiedOf(this.#kept);
  }

  /** What is served for a hostname. */
  record(hostname: string): Issued | undefined {
    return this.#kept.get(hostname)?.issued;
  }

  /** Why the certificate that its user brings is not served. */
  problem(hostname: string): Obstacle | undefined {
    return this.#problems.get(hostname);
  }

  /** One that another authority has made. @param writes what else belongs into its transaction. Resolves when it is stored. */
  async offer(hostname: string, issued: Issued, writes: readonly StoreWrite[]): Promise<void> {
    this.#offers.set(hostname, { issued, writes });
    await this.#onOffer();
  }

  /** What these objects need. */
  async prepare(world: Pick<World, "objects" | "ledger">): Promise<Prepared> {
    const wanted = wantedCertificates(world);
    const kept = new Map<string, Kept>();
    const problems = new Map<string, Obstacle>();
    const offers = new Map(this.#offers);
    const writes: StoreWrite[] = [...offers.values()].flatMap((offer) => offer.writes);
    for (const [hostname, source] of wanted) {
      const known = this.#kept.get(hostname);
      const issued = await this.#standing(hostname, source, { known: known?.issued, offers, problems });
      if (issued === undefined) continue;
      const next = issued === known?.issued ? known : { issued, sealed: this.#seal(issued) };
      kept.set(hostname, next);
      if (next !== known) writes.push({ kind: "Put", key: prefix + hostname, value: recordOf(next) });
    }
    for (const hostname of this.#kept.keys())
      if (!wanted.has(hostname)) writes.push({ kind: "Delete", key: prefix + hostname });
    const certified = writes.length === 0 ? this.#certified : certifiedOf(kept);
    const done = (): void => {
      this.#problems = problems;
      if (writes.length > 0) [this.#kept, this.#certified] = [kept, certified];
      for (const [hostname, offer] of offers) if (this.#offers.get(hostname) === offer) this.#offers.delete(hostname);
    };
    return { certified, writes, done };
  }

  /** True when one of the built-in authority is to be renewed. */
  anyDue(): boolean {
    return [...this.#kept.values()].some(({ issued }) => isBuiltIn(issued) && this.#isDue(issued));
  }

  /** Hostnames of whose certificate something else is to be said than at the last call, though nobody changed anything. */
  news(): ReadonlySet<string> {
    const now = this.#clock.now();
    const said = new Map<string, string>();
    for (const [hostname, { issued }] of this.#kept) {
      const stage = stageOf(issued, now);
      if (stage !== undefined) said.set(hostname, stage);
    }
    for (const [hostname, { message }] of this.#problems) said.set(hostname, message);
    const before = this.#said;
    this.#said = said;
    return new Set(
      [...said.keys(), ...before.keys()].filter((hostname) => said.get(hostname) !== before.get(hostname)),
    );
  }

  #seal({ pem }: Issued): SealedValue {
    return this.#sealer.seal(Buffer.from(pem, "utf8"));
  }

  /** While another one is not to be had, what is served stays served. */
  async #standing(
    hostname: string,
    source: Source,
    {
      known,
      offers,
      problems,
    }: {
      readonly known: Issued | undefined;
      readonly offers: ReadonlyMap<string, Offer>;
      readonly problems: Map<string, Obstacle>;
    },
  ): Promise<Issued | undefined> {
    if (source.kind === "Own") return this.#own(hostname, source, known, problems);
    const offered = offers.get(hostname)?.issued;
    if (offered !== undefined) return offered;
    const stands = known !== undefined && isBuiltIn(known);
    if (source.kind === "Issuer" && !stands) return known;
    return stands && !this.#isDue(known) ? known : this.#issue(hostname);
  }

  #own(
    hostname: string,
    { secret, own }: Source & { readonly kind: "Own" },
    known: Issued | undefined,
    problems: Map<string, Obstacle>,
  ): Issued | undefined {
    const failed = (reason: string, message: string): Issued | undefined => {
      problems.set(hostname, { reason, message });
      return known;
    };
    if (own === undefined) return failed("SecretMissing", `Secret ${secret} with tls.crt and tls.key is not there`);
    const digests = `${own.chain.digest} ${own.key.digest}`;
    if (known?.secret?.name === secret && known.secret.digests === digests) return known;
    const served = openOwn(this.#sealer, own, hostname);
    if (typeof served === "string") return failed("NotUsable", served);
    return { ...served, secret: { name: secret, digests }, since: this.#clock.now() };
  }

  /** With less than a third of its life left, so that renewing can fail for long. */
  #isDue({ notBefore, notAfter }: Issued): boolean {
    return notAfter - this.#clock.now() < (notAfter - notBefore) / 3;
  }
}

const isBuiltIn = ({ issuer, secret }: Issued): boolean => issuer === undefined && secret === undefined;

/** Of a certificate that nobody renews, this long before its end it is said. */
const lastNotice = seconds(21 * 86_400);

/** True in the last part of the life of a certificate that its user must replace. */
export const expiresSoon = ({ secret, notBefore, notAfter }: Issued, now: number): boolean =>
  secret !== undefined && notAfter - now < Math.min(lastNotice, (notAfter - notBefore) / 3);

function stageOf(issued: Issued, now: Instant): string | undefined {
  if (issued.notAfter <= now) return "Expired";
  return expiresSoon(issued, now) ? "ExpiresSoon" : undefined;
}

function certifiedOf(kept: ReadonlyMap<string, Kept>): Certified {
  const all = [...kept];
  return {
    digests: new Map(all.map(([hostname, { sealed }]) => [hostname, sealed.digest])),
    values: new Map(all.map(([, { issued, sealed }]) => [sealed.digest, Buffer.from(issued.pem).toString("base64")])),
  };
}

const recordOf = ({ issued, sealed }: Kept): string => JSON.stringify({ ...issued, pem: sealed });

/** An older version stored it as it was: such a record has another digest after every start, until it is renewed. */
function readRecord(sealer: Sealer, text: string): Kept {
  const { pem, ...rest } = JSON.parse(text) as Omit<Issued, "pem"> & { readonly pem: SealedText };
  const sealed = typeof pem === "string" ? sealer.seal(Buffer.from(pem, "utf8")) : pem;
  return { issued: { ...rest, pem: openText(sealer, pem) }, sealed };
}
