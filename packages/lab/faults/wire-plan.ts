/** Impairments by the wire: frames that leave by a device go through a process first. Pure. */
import { createHash } from "node:crypto";
import type { Impairment } from "@netwright/api";
import { conditionsOf, type AddressesOf } from "./match.ts";
import { faultNumberMax, type Device, type FaultNumber, type FaultPlan } from "./plan.ts";
import { addTables, chainsByNode, removalFile, removeTables, type Chain } from "./rules.ts";

export interface WireOrder {
  readonly id: FaultNumber;
  /** Path of the program. */
  readonly program: string;
  /** Whatever leaves by one of these is impaired. */
  readonly devices: readonly Device[];
  /** Names what the devices belong to: with the seed it decides what happens to which frame. */
  readonly subject: string;
  readonly seed: number;
  readonly impair: Omit<Impairment, "seed">;
  /** Larger packets vanish. */
  readonly mtu?: number;
  readonly addressesOf: AddressesOf;
}

/** Frames carry the mark of the last wire that they went through; the next are those with higher numbers. */
const markOf = (id: FaultNumber): number => 0x6e_77_00_00 + id;
const hex = (mark: number): string => `0x${mark.toString(16)}`;

/** In the node's network, as long as the wire lives: at most 15 octets. */
const tapOf = (id: FaultNumber, index: number): string => `fault${id}-${index}`;
export const countersOf = ({ node, device }: Pick<Device, "node" | "device">): string => `${node}:${device}.counters`;

export function planWires(order: WireOrder): FaultPlan {
  const { id, devices } = order;
  const chains = devices.map((place, index) => ({ pid: place.pid, chain: hook(order, place, tapOf(id, index)) }));
  const starts = devices.map((place, index) => start(order, place, tapOf(id, index)));
  return {
    begin: [...starts, addTables(id, chainsByNode(chains))].join("\n"),
    end: removeTables(
      id,
      devices.map(({ pid }) => pid),
    ),
    files: { "wire.sh": keepWire, "unhook.nft": removalFile(id), "unhook.sh": unhook(devices) },
  };
}

function hook({ id, impair, addressesOf }: WireOrder, { device }: Device, tap: string): Chain {
  const conditions = conditionsOf(impair.match, addressesOf);
  return {
    device,
    hook: "egress",
    rules: [
      `meta mark ${hex(markOf(id))}-${hex(markOf(faultNumberMax))} accept`,
      ...conditions.map((condition) => `${condition} fwd to "${tap}"`.trim()),
    ],
  };
}

function start(order: WireOrder, { node, pid, device }: Device, tap: string): string {
  const counters = `"$dir"/${countersOf({ node, device })}`;
  const seed = seedOf(order.seed, order.subject, `${node}:${device}`);
  return [
    `attend sh "$dir/wire.sh" ${pid} "$dir" ${order.program} ${tap} ${device} ${counters} ${seed} ${settings(order).join(" ")}`,
    // It makes the file last.
    `until [ -s ${counters} ]; do [ ! -e "$dir/ended" ] || { cat "$dir/log" >&2; exit 1; }; sleep 0.005; done`,
  ].join("\n");
}

/**
 * However the wire ended: nothing may be led to a device that is gone. What is left of the fault is not what was asked for,
 * so others of its wires are passed by too.
 */
const keepWire = `trap '' TERM
pid=$1 dir=$2; shift 2
nsenter --target "$pid" --net -- "$@"
[ ! -e "$dir/ending" ] || exit 0
sh "$dir/unhook.sh" "$dir"
rm -f "$dir/active"; : >"$dir/ended"
`;

/** Also in nodes where nothing is hooked yet. */
const unhook = (devices: readonly Device[]): string =>
  [...new Set(devices.map(({ pid }) => pid))]
    .map((pid) => `nsenter --target ${pid} --net -- nft -f "$1/unhook.nft"\n`)
    .join("");

const settings = ({ id, mtu, impair }: WireOrder): readonly string[] => {
  const micros = (span: number | undefined): number | undefined => (span === undefined ? undefined : span * 1000);
  const { loss, duplicate, corrupt, reorder, delay, jitter, rate } = impair;
  const all = {
    mark: markOf(id),
    mtu,
    loss,
    duplicate,
    corrupt,
    reorder,
    delay: micros(delay),
    jitter: micros(jitter),
    rate,
  };
  return Object.entries(all).flatMap(([key, value]) => (value === undefined ? [] : [`${key}=${value}`]));
};

/** 64 bits: other links and the other direction of the same link have a chance of their own. */
function seedOf(seed: number, subject: string, direction: string): string {
  const digest = createHash("sha256").update(`${seed} ${subject} ${direction}`).digest();
  return digest.readBigUInt64LE(0).toString();
}
