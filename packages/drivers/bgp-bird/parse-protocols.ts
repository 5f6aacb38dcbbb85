/** `show protocols all`, `show bfd sessions` and `show status`. Pure. */
import { ipv6Value, formatIpv6, type Instant, type Ipv6 } from "@netwright/base";
import { textsOf, type Reply } from "./birdc.ts";

export interface BirdProtocol {
  readonly name: string;
  /** `BGP`, `Static`, `Kernel` and so on. */
  readonly type: string;
  readonly up: boolean;
  /** `up`, `start`, or `down` when it is switched off. */
  readonly state: string;
  readonly since: Instant | null;
  readonly description: string | null;
  /** Only BGP: `Established`, `Active` and so on. */
  readonly bgpState: string | null;
  /** Only BGP: why it went down last, or cannot come up. */
  readonly lastError: string | null;
  readonly address: Ipv6 | null;
  readonly interface: string | null;
  /** Routes that passed the import filter. */
  readonly imported: number;
}

export function parseProtocols(reply: Reply): readonly BirdProtocol[] {
  if (reply.kind !== "Answer") return [];
  const blocks: { readonly head: string; readonly details: string[] }[] = [];
  for (const { code, text } of reply.lines) {
    if (code === 1002) blocks.push({ head: text, details: [] });
    else if (code === 1006) blocks.at(-1)?.details.push(text);
  }
  return blocks.flatMap(({ head, details }) => protocolOf(head, details) ?? []);
}

function protocolOf(head: string, details: readonly string[]): BirdProtocol | undefined {
  const [name, type, , state, since] = head.trim().split(/\s+/);
  if (name === undefined || type === undefined || state === undefined) return undefined;
  const detail = (label: string): string | null => {
    const line = details.map((text) => text.trim()).find((text) => text.startsWith(`${label}:`));
    return line === undefined ? null : line.slice(label.length + 1).trim();
  };
  const [address, device] = (detail("Neighbor address") ?? "").split("%");
  return {
    name,
    type,
    up: state === "up",
    state,
    since: instantOf(since),
    description: detail("Description"),
    bgpState: detail("BGP state"),
    lastError: detail("Last error"),
    address: addressOf(address),
    interface: device ?? null,
    imported: Number(/^(\d+) imported/.exec(detail("Routes") ?? "")?.[1] ?? 0),
  };
}

/** Our configuration makes BIRD print seconds since 1970; any other form is not a time we know. */
function instantOf(text: string | undefined): Instant | null {
  return /^\d{9,}\.\d{3}$/.test(text ?? "") ? (Math.round(Number(text) * 1000) as Instant) : null;
}

export interface BfdSession {
  readonly address: Ipv6;
  readonly interface: string;
  readonly up: boolean;
}

export function parseBfdSessions(reply: Reply): readonly BfdSession[] {
  return textsOf(reply, 1020).flatMap((line) => {
    const [text, device, state] = line.trim().split(/\s+/);
    const address = addressOf(text);
    if (address === null || device === undefined || state === undefined) return [];
    return [{ address, interface: device, up: state === "Up" }];
  });
}

/** True once BIRD is neither starting, reconfiguring nor shutting down. */
export function isSettled(status: Reply): boolean {
  return textsOf(status, 13).some((text) => text === "Daemon is up and running");
}

function addressOf(text: string | undefined): Ipv6 | null {
  const value = ipv6Value(text ?? "");
  return value === undefined ? null : formatIpv6(value);
}
