/** `capture`: packets on a link while the step runs, from before its faults and commands until its checks. */
import type { SubjectOf } from "@netwright/api";
import { messageOf, milliseconds, NetwrightError } from "@netwright/base";
import { findLink, type Port, type RunningCommand } from "@netwright/lab";
import type { Begun, CheckKind, CheckWorld, Limit } from "./look.ts";
import { GrowingPcap, parseCounts, type CaptureCounts } from "./pcap.ts";

type Capture = SubjectOf<"capture">;

/** As much of a capture is kept as evidence. */
const keptMax = 16 * 1024 * 1024;
let captures = 0;

export const capture: CheckKind<"capture"> = {
  title: (spec) => `${linksOf(spec).join(", ")}: ${printExpected(spec)}`,
  begin: async (spec, world, limit) => {
    const running = linksOf(spec).map(
      (link) => new RunningCapture(world, findLink(world.topology, link).end, spec.filter),
    );
    try {
      await Promise.all(running.map((each) => each.listens(limit)));
    } catch (error) {
      await Promise.all(running.map((each) => each.end()));
      throw error;
    }
    return new RunningCaptures(running);
  },
  look: async ({ spec, limit, begun }) => {
    const expected = printExpected(spec);
    if (!(begun instanceof RunningCaptures)) throw new RangeError("Invariant: a capture begins with its step");
    const counts = await begun.settled(limit);
    if (typeof counts === "string") return { ok: false, unknown: true, expected, seen: counts };
    const { captured, dropped } = counts;
    const { ok, unknown } = judgeCounts(spec, counts);
    const seen = `${captured} ${captured === 1 ? "packet" : "packets"}${dropped > 0 ? `, ${dropped} more were lost by tcpdump` : ""}`;
    const judged = unknown ? ({ ok, unknown } as const) : { ok };
    return { ...judged, expected, seen, evidence: ok || captured === 0 ? [] : await begun.evidence() };
  },
};

/** Packets that tcpdump lost matched too: they count against `max`, and where they decide, nobody knows. */
export function judgeCounts(
  { min = 0, max = Infinity }: Pick<Capture, "min" | "max">,
  { captured, dropped }: Pick<CaptureCounts, "captured" | "dropped">,
): { readonly ok: boolean; readonly unknown: boolean } {
  const all = captured + dropped;
  const decided = captured > max || all < min || (captured >= min && all <= max);
  return { ok: captured >= min && all <= max, unknown: !decided };
}

function printExpected({ filter, min, max }: Capture): string {
  const what = filter === "" ? "packets" : `packets that match ${JSON.stringify(filter)}`;
  if (max === 0) return `no ${what}`;
  return (
    [...(min === undefined ? [] : [`at least ${min}`]), ...(max === undefined ? [] : [`at most ${max}`])].join(
      " and ",
    ) + ` ${what}`
  );
}

const linksOf = ({ link }: Pick<Capture, "link">): readonly string[] => (typeof link === "string" ? [link] : link);

/** One check's, on one link or several. */
class RunningCaptures implements Begun {
  readonly #all: readonly RunningCapture[];

  constructor(all: readonly RunningCapture[]) {
    this.#all = all;
  }

  /** Of all together. A text: why they are not known. */
  async settled(limit: Limit): Promise<Pick<CaptureCounts, "captured" | "dropped"> | string> {
    const counts = await Promise.all(this.#all.map((each) => each.settled(limit)));
    const sum = { captured: 0, dropped: 0 };
    for (const each of counts) {
      if (typeof each === "string") return each;
      sum.captured += each.captured;
      sum.dropped += each.dropped;
    }
    return sum;
  }

  /** Of those that saw something. */
  evidence(): Promise<readonly CapturedFile[]> {
    return Promise.all(this.#all.filter(({ packets }) => packets > 0).map((each) => each.evidence()));
  }

  async end(): Promise<void> {
    await Promise.all(this.#all.map((each) => each.end()));
  }
}

interface CapturedFile {
  readonly kind: "File";
  readonly name: string;
  readonly path: string;
}

class RunningCapture implements Begun {
  readonly #world: CheckWorld;
  readonly #running: RunningCommand;
  readonly #pcap = new GrowingPcap(keptMax);
  readonly #name: string;
  #said = "";
  #ended: string | undefined;
  /**
   * Of what the kernel counted before tcpdump's filter was there: those that were lost, and those that were thrown away
   * unseen. Neither matched.
   */
  #before = { dropped: 0, unseen: 0 };

  constructor(world: CheckWorld, { node, interface: device }: Port, filter: string) {
    this.#world = world;
    this.#name = `capture-${++captures}-${node}-${device}.pcap`;
    // -K: checksums are left to hardware that veth does not have. Immediate mode: the kernel keeps nothing back.
    const argv = ["tcpdump", "-i", device, "-n", "-K", "-U", "-Z", "root", "--immediate-mode", "-w", "-"];
    const command = { argv: filter === "" ? argv : [...argv, filter] };
    this.#running = world.start(node, command, {
      stdout: (chunk) => this.#pcap.push(chunk),
      stderr: (chunk) => void (this.#said += String(chunk)),
    });
    this.#running.exit.then(
      ({ code }) => void (this.#ended = code === 127 ? `${node} has no tcpdump` : `tcpdump ended with status ${code}`),
      (error: unknown) => void (this.#ended = messageOf(error)),
    );
  }

  /** @throws NW1601 with what tcpdump says when it does not capture, for example of a filter. */
  async listens(limit: Limit): Promise<void> {
    await this.#until(limit, () => this.#said.includes("listening on") || undefined);
    // By now there is a filter, and only what matches is counted.
    const counts = this.#said.includes("listening on") ? await this.#ask(limit) : undefined;
    if (counts === undefined) throw new NetwrightError("NW1601", `no capture: ${this.#why()}`);
    const { captured, received, dropped } = counts;
    this.#before = { dropped, unseen: received - dropped - captured };
  }

  /** When everything that the kernel has taken so far is counted and has arrived here. A text: why that did not come. */
  async settled(limit: Limit): Promise<Pick<CaptureCounts, "captured" | "dropped"> | string> {
    const first = await this.#ask(limit);
    if (first === undefined) return this.#why();
    let counts = first;
    const isWhole = ({ captured, dropped }: CaptureCounts): boolean =>
      captured + dropped + this.#before.unseen >= first.received;
    while (!isWhole(counts)) {
      const next = await this.#ask(limit);
      if (next === undefined) return this.#why();
      counts = next;
    }
    const here = await this.#until(limit, () => this.#pcap.packets >= counts.captured || undefined);
    if (here === undefined) return this.#why();
    return { captured: counts.captured, dropped: counts.dropped - this.#before.dropped };
  }

  /** What tcpdump and the kernel have counted until now. Undefined: it does not answer. */
  async #ask(limit: Limit): Promise<CaptureCounts | undefined> {
    const asked = (): number => parseCounts(this.#said)?.asked ?? 0;
    const before = asked();
    this.#running.signal("SIGUSR1");
    return this.#until(limit, () => (asked() > before ? parseCounts(this.#said)?.last : undefined));
  }

  get packets(): number {
    return this.#pcap.packets;
  }

  async evidence(): Promise<CapturedFile> {
    return { kind: "File", name: this.#name, path: await this.#world.keep(this.#name, this.#pcap.content()) };
  }

  async end(): Promise<void> {
    this.#running.abandon();
    await this.#running.exit.catch(() => {});
  }

  #why(): string {
    const said = this.#said.split("\n").findLast((line) => line !== "" && !/listening on|packets? captured/.test(line));
    return [this.#ended ?? "tcpdump does not answer", ...(said === undefined ? [] : [said])].join(": ");
  }

  /** Undefined when the time was over, or tcpdump has ended. */
  async #until<T>(limit: Limit, look: () => T | undefined): Promise<T | undefined> {
    const { clock } = this.#world;
    const deadline = clock.monotonic() + limit.timeout;
    for (;;) {
      const found = look();
      if (found !== undefined || this.#ended !== undefined || clock.monotonic() >= deadline) return found;
      await clock.sleep(milliseconds(1), limit.signal);
    }
  }
}
