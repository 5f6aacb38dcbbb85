/** The instances of one tier: starting, serving, draining. Seconds are whole. */

export interface Fleet {
  /** When each one that is starting will be ready, earliest first. */
  readonly starting: number[];
  /** When each one that serves became ready, oldest first. */
  readonly serving: number[];
  /** When each one that is to go will be gone, earliest first. */
  readonly draining: number[];
}

/** All of them ready and warm long since. */
export const fleetOf = (count: number): Fleet => ({
  starting: [],
  serving: Array.from({ length: count }, () => -Infinity),
  draining: [],
});

/** Those that have started serve; those that have drained are gone. */
export function advance(fleet: Fleet, now: number): void {
  while ((fleet.starting[0] ?? Infinity) <= now) fleet.serving.push(fleet.starting.shift() ?? now);
  while ((fleet.draining[0] ?? Infinity) <= now) fleet.draining.shift();
}

export interface Resizing {
  readonly now: number;
  readonly wanted: number;
  /** Seconds that the next one takes to be ready. */
  readonly startUp: () => number;
  /** Seconds. */
  readonly drain: number;
}

/** To so many that serve or will. Those that have not begun to serve go first, the youngest first: nobody misses them. */
export function resize(fleet: Fleet, { now, wanted, startUp, drain }: Resizing): void {
  const { starting, serving, draining } = fleet;
  for (let count = serving.length + starting.length; count < wanted; count += 1) starting.push(now + startUp());
  starting.sort((a, b) => a - b);
  while (serving.length + starting.length > wanted) {
    if (starting.length > 0) starting.pop();
    else {
      serving.pop();
      draining.push(now + drain);
    }
  }
}

/** Ready for less than so many seconds. */
export function youngOf({ serving }: Fleet, now: number, warmUp: number): number {
  let young = 0;
  while (young < serving.length && now - (serving[serving.length - 1 - young] ?? 0) < warmUp) young += 1;
  return young;
}

/** In whole instances' worth: a young one has half of its capacity at first, all of it after its warm-up. */
export function strengthOf(fleet: Fleet, now: number, warmUp: number): number {
  const { serving } = fleet;
  let strength = serving.length;
  for (let index = serving.length - 1; index >= 0; index -= 1) {
    const age = now - (serving[index] ?? 0);
    if (age >= warmUp) break;
    strength -= 0.5 * (1 - age / warmUp);
  }
  return strength;
}

/** Everything that is paid for. */
export const sizeOf = ({ starting, serving, draining }: Fleet): number =>
  starting.length + serving.length + draining.length;
