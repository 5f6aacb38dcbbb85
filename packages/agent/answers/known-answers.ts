/** What one network may reach by name right now, and until when. It only ever says what the kernel should be told. Pure. */
import {
  matchesDomain,
  milliseconds,
  seconds,
  type DomainPattern,
  type Ipv6,
  type Milliseconds,
} from "@netwright/base";
import type { Admission } from "@netwright/drivers/firewall-nftables/index.ts";
import type { Answer } from "./answer.ts";

/**
 * An address stays in the set for its time to live and this long after: who asks for a name connects a moment later, and
 * many programs keep an answer for half a minute whatever its time to live.
 */
export const grace = seconds(30);
/** An address whose time is over is still told to people for so long. */
const memory = seconds(600);
/** Times to live are whole seconds: an element that goes this much earlier is as good. */
const slack = seconds(1);

/** Names of one address: those that share a server, and as many as a stranger likes to give it. */
const mostNames = 8;

/** Times are by the monotonic clock. */
interface Known {
  /** What the kernel lets through, for whichever name it came. */
  readonly until: Milliseconds;
  /** Until when each is good by itself. The one that was answered last comes last. */
  readonly names: Map<string, Milliseconds>;
}

export interface Told {
  readonly name: string;
  readonly address: Ipv6;
  /** 0 when its time is over. */
  readonly left: Milliseconds;
}

export class KnownAnswers {
  /** Names that known addresses got since: what is told changes with it, though the kernel may know enough. */
  names = 0;
  readonly #known = new Map<DomainPattern, Map<Ipv6, Known>>();
  readonly #most: number;
  readonly #grace: Milliseconds;

  /** @param most addresses of one pattern: more would not fit into its set */
  constructor(most: number, extra: Milliseconds = grace) {
    this.#most = most;
    this.#grace = extra;
  }

  /** What the kernel holds already, as far as nothing newer is known. */
  adopt(admissions: readonly Admission[], now: Milliseconds): void {
    for (const { pattern, address, lifetime } of admissions) {
      const known = this.#of(pattern);
      const until = milliseconds(now + lifetime);
      if (!known.has(address)) known.set(address, { until, names: new Map([[pattern, until]]) });
    }
  }

  /** @returns what the kernel does not know yet, or would forget too early. */
  take({ name, ttl, addresses }: Answer, patterns: readonly DomainPattern[], now: Milliseconds): readonly Admission[] {
    const lifetime = milliseconds(ttl + this.#grace);
    return patterns
      .filter((pattern) => matchesDomain(pattern, name))
      .flatMap((pattern) =>
        addresses.flatMap((address) =>
          this.#learn(pattern, address, name, now, lifetime) ? [{ pattern, address, lifetime }] : [],
        ),
      );
  }

  /** The kernel did not take them: the next answer tries again. */
  unlearn(admissions: readonly Admission[]): void {
    for (const { pattern, address } of admissions) this.#known.get(pattern)?.delete(address);
  }

  /** All that the kernel should hold, for when its sets were made anew. */
  live(now: Milliseconds): readonly Admission[] {
    return [...this.#known].flatMap(([pattern, known]) =>
      [...known].flatMap(([address, { until }]) =>
        until > now ? [{ pattern, address, lifetime: milliseconds(until - now) }] : [],
      ),
    );
  }

  /** Forgets patterns that no rule has any more: their sets are gone. */
  keepOnly(patterns: readonly DomainPattern[]): void {
    for (const pattern of this.#known.keys()) if (!patterns.includes(pattern)) this.#known.delete(pattern);
  }

  /** By name, then address. */
  told(now: Milliseconds): readonly Told[] {
    const rows = new Map<string, Told>();
    for (const known of this.#known.values()) {
      for (const [address, { until, names }] of known) {
        for (const [name, ownUntil] of names) {
          if (ownUntil + memory <= now) continue;
          const key = `${name} ${address}`;
          const left = milliseconds(Math.max(0, until - now, rows.get(key)?.left ?? 0));
          rows.set(key, { name, address, left });
        }
      }
    }
    return [...rows].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
  }

  #learn(pattern: DomainPattern, address: Ipv6, name: string, now: Milliseconds, lifetime: Milliseconds): boolean {
    const known = this.#of(pattern);
    const before = known.get(address);
    const until = milliseconds(now + lifetime);
    const names = before?.names ?? new Map<string, Milliseconds>();
    if (before !== undefined && !names.has(name)) this.names++;
    rename(names, pattern, name, until);
    if (before !== undefined && before.until >= until - slack) return false;
    if (before === undefined && known.size >= this.#most) {
      this.#forget(known, now);
      if (known.size >= this.#most) return false;
    }
    // Behind all others, so that what is oldest comes first.
    known.delete(address);
    known.set(address, { until, names });
    return true;
  }

  /** What is over and was told long enough; where that is not enough, all that is over. */
  #forget(known: Map<Ipv6, Known>, now: Milliseconds): void {
    for (const after of [memory, milliseconds(0)]) {
      for (const [address, { until }] of known) if (until + after <= now) known.delete(address);
      if (known.size < this.#most) return;
    }
  }

  #of(pattern: DomainPattern): Map<Ipv6, Known> {
    const found = this.#known.get(pattern) ?? new Map<Ipv6, Known>();
    this.#known.set(pattern, found);
    return found;
  }
}

/** The name is the last then. The rule's pattern stood there for a name that was forgotten. */
function rename(names: Map<string, Milliseconds>, pattern: DomainPattern, name: string, until: Milliseconds): void {
  const own = milliseconds(Math.max(until, names.get(name) ?? 0));
  for (const old of [pattern, name]) names.delete(old);
  names.set(name, own);
  const [oldest] = names.keys();
  if (names.size > mostNames && oldest !== undefined) names.delete(oldest);
}
