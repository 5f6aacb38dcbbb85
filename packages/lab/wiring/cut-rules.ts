/** nftables rules that make a device's packets vanish. Pure. */

/** In the family netdev; nothing else of the lab's stands in nftables. */
export const cutTable = "netwright_lab_cut";

const chains = (device: string) => [
  { name: `in-${device}`, hook: "ingress" },
  { name: `out-${device}`, hook: "egress" },
];

/** Before anything else at these hooks sees a packet. */
const priority = -500;

export function renderCut(device: string): string {
  const bodies = chains(device).map(
    ({ name, hook }) =>
      `  chain ${name} {\n    type filter hook ${hook} device "${device}" priority ${priority}; policy drop;\n  }\n`,
  );
  return `table netdev ${cutTable} {\n${bodies.join("")}}\n`;
}

/** @param cut every device that is cut in this namespace now; with the last one the table goes too. */
export function renderHeal(device: string, cut: readonly string[]): string {
  if (cut.every((other) => other === device)) return `delete table netdev ${cutTable}\n`;
  return chains(device)
    .map(({ name }) => `delete chain netdev ${cutTable} ${name}\n`)
    .join("");
}

/** Devices that are cut, read back from `nft list ruleset netdev`. */
export function cutDevices(ruleset: string): readonly string[] {
  const table = new RegExp(`^table netdev ${cutTable} \\{\\n(.*?)^\\}`, "ms").exec(ruleset)?.[1] ?? "";
  return [...table.matchAll(/^\tchain in-(\S+) \{$/gm)].map((match) => match[1] as string);
}
