/** Links that are down, that flap, or have a smaller MTU. Pure. */
import { quote } from "../sandbox/shell.ts";
import type { Device, FaultPlan } from "./plan.ts";
import { restoreCommands, restoreFiles, type NodeSnapshot } from "./snapshot.ts";

export const carrierOf = ({ node, device }: Pick<Device, "node" | "device">): string => `carrier of ${node}:${device}`;
const nameOf = ({ node, device }: Device): string => `${node}:${device}`;
const set = ({ pid, device }: Device, ...words: readonly string[]): string =>
  `at ${pid} ip link set dev ${device} ${words.join(" ")}`;

const upAgain = (device: Device): string =>
  [`check ${set(device, "up")}`, restoreCommands(device.pid, nameOf(device))].join("\n");

/** One end's device is set down, and both lose their carrier: veth knows no cable that is pulled. */
export function planDown(device: Device, snapshot: NodeSnapshot): FaultPlan {
  return {
    begin: set(device, "down"),
    end: upAgain(device),
    files: restoreFiles(snapshot, [device.device], nameOf(device)),
    claims: [carrierOf(device)],
  };
}

/** @param times in milliseconds */
export function planFlap(
  device: Device,
  snapshot: NodeSnapshot,
  { every, down }: { readonly every: number; readonly down: number },
): FaultPlan {
  const seconds = (span: number): string => (span / 1000).toFixed(3);
  const enter = `nsenter --target ${device.pid} --net --`;
  const flap = `dir=$1
at() { target=$1; shift; nsenter --target "$target" --net -- "$@"; }
while ${enter} ip link set dev ${device.device} down; do
  sleep ${seconds(down)}
  ${enter} ip link set dev ${device.device} up
${restoreCommands(device.pid, nameOf(device))}
  sleep ${seconds(every - down)}
done
`;
  return {
    begin: 'attend sh "$dir/flap.sh" "$dir"',
    end: ["dismiss", upAgain(device)].join("\n"),
    files: { ...restoreFiles(snapshot, [device.device], nameOf(device)), "flap.sh": flap },
    claims: [carrierOf(device)],
  };
}

export interface MtuChange extends Device {
  readonly before: number;
}

export const planMtu = (changes: readonly MtuChange[], mtu: number): FaultPlan => ({
  begin: changes.map((device) => set(device, "mtu", String(mtu))).join("\n"),
  end: changes.map((device) => `check ${set(device, "mtu", String(device.before))}`).join("\n"),
  claims: changes.map(({ node, device }) => `MTU of ${quote(`${node}:${device}`)}`),
});
