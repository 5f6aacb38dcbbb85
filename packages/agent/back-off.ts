import { milliseconds, type Entropy, type Milliseconds } from "@netwright/base";

const first = 1000;
const longest = 120_000;

/**
 * How long to rest after that many failures in a row: doubling from a second to two minutes, and of that a random part
 * between half and all, so that hosts whose registry comes back do not come all at once.
 */
export function backOff(failures: number, entropy: Entropy): Milliseconds {
  const whole = Math.min(longest, first * 2 ** Math.min(30, failures - 1));
  const [high = 0, low = 0] = entropy.bytes(2);
  return milliseconds(Math.round(whole * (0.5 + (high * 256 + low) / 131_072)));
}
