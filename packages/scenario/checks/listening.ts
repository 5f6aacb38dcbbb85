/** `listening`: a port that is open at the node, as the kernel has it. */
import { shown } from "./expect-text.ts";
import type { CheckKind } from "./look.ts";

/** proc(5): st of a listening TCP socket, and of a UDP socket that is bound and not connected. */
const states = { TCP: "0A", UDP: "07" } as const;

export const listening: CheckKind<"listening"> = {
  title: ({ port, protocol }, at) => `${at}: ${protocol} ${port} is listened on`,
  look: async ({ spec: { port, protocol }, at, world, limit }) => {
    const name = protocol.toLowerCase();
    const { stdout, stderr } = await world.run(
      at as string,
      { argv: ["cat", `/proc/net/${name}`, `/proc/net/${name}6`] },
      limit,
    );
    // A kernel without IPv6 has one of them.
    if (!stdout.includes("local_address")) {
      const seen = `sockets cannot be told: ${shown(stderr)}`;
      return { ok: false, unknown: true, expected: `somebody listens on ${protocol} ${port}`, seen };
    }
    const ports = parseListening(stdout, states[protocol]);
    return {
      ok: ports.includes(port),
      expected: `somebody listens on ${protocol} ${port}`,
      seen: ports.includes(port)
        ? `${protocol} ${port} is open`
        : `listened on: ${protocol} ${ports.join(", ") || "none"}`,
    };
  },
};

/** From /proc/net/tcp and its like. */
export function parseListening(table: string, state: string): readonly number[] {
  const ports = table.split("\n").flatMap((line) => {
    const [, hex, st] = /^\s*\d+: [0-9A-F]+:([0-9A-F]{4}) \S+ ([0-9A-F]{2}) /.exec(line) ?? [];
    return hex === undefined || st !== state ? [] : [Number.parseInt(hex, 16)];
  });
  return [...new Set(ports)].toSorted((a, b) => a - b);
}
