/** Of tables: each rule deleted, changed under its comment, in another's place; elements more, fewer, and others. */
import type { TestNode } from "@netwright/drivers/testing/node.ts";
import { parseNft, type NftElement, type NftSet } from "../../tables/nft-text.ts";
import { loadNft, type Mutation } from "./mutation.ts";

/** As it was loaded. */
export interface LoadedTable {
  readonly netns: string | null;
  readonly family: string;
  readonly text: string;
  /** What the kernel prints of it, with handles. */
  readonly printed: string;
}

interface PrintedRule {
  readonly chain: string;
  readonly handle: number;
  readonly text: string;
}

export function ruleMutations(node: TestNode, table: LoadedTable): readonly Mutation[] {
  const { netns, family } = table;
  // Chains of one listener are like those of another.
  const rules = rulesIn(table.printed).filter(({ chain }) => !/_(8080|udp)_|_udp_/.test(chain));
  const made = (name: string, says: string, script: string): Mutation => ({
    name: `${family} ${name}`,
    netns,
    kinds: ["Rules", "Balancer"],
    says,
    make: () => loadNft(node, netns, script),
    undo: () => reload(node, table),
  });
  const at = ({ chain, handle }: PrintedRule): string => `rule ${family} netwright ${chain} handle ${handle}`;
  // nft 1.0.6 aborts where a rule with a set of prefixes takes another's place.
  const behind = ({ chain, handle }: PrintedRule, text: string): string =>
    `add rule ${family} netwright ${chain} position ${handle} ${text}\n`;
  return [
    ...rules.map((rule) => made(`without ${rule.text}`, rule.chain, `delete ${at(rule)}\n`)),
    ...rules.flatMap((rule) => {
      const text = changed(rule.text);
      return text === undefined ? [] : [made(`now ${text}`, rule.chain, `${behind(rule, text)}delete ${at(rule)}\n`)];
    }),
    ...rules.flatMap((rule, index) => {
      const next = rules[index + 1];
      if (index % 4 > 0 || next?.chain !== rule.chain || cannotBeWritten(rule) || cannotBeWritten(next)) return [];
      const script = `${behind(next, rule.text)}delete ${at(rule)}\n`;
      return [made(`swapped ${rule.text} | ${next.text}`, rule.chain, script)];
    }),
  ];
}

export const reload = (node: TestNode, { netns, family, text }: LoadedTable): Promise<void> =>
  loadNft(node, netns, `delete table ${family} netwright\n${text}`);

function rulesIn(printed: string): readonly PrintedRule[] {
  let chain = "";
  return printed.split("\n").flatMap((line) => {
    chain = /^\tchain (\S+) \{/.exec(line)?.[1] ?? (line === "\t}" ? "" : chain);
    const [, text, handle] = /^\t\t(.*) # handle (\d+)$/.exec(line) ?? [];
    return chain === "" || text === undefined ? [] : [{ chain, text, handle: Number(handle) }];
  });
}

/** nft 1.0.6 does not read what it prints of some maps that packets fill. */
const cannotBeWritten = ({ text }: PrintedRule): boolean => text.includes("@known");

/** The comment stays, so that who compares those sees nothing. */
function changed(text: string): string | undefined {
  if (cannotBeWritten({ text, chain: "", handle: 0 })) return undefined;
  const [body = "", comment = ""] = text.split(/ (?=comment ")/);
  const ways: readonly (readonly [RegExp, string])[] = [
    [/ dport 5300/, " dport 5301"],
    [/\baccept$/, "drop"],
    [/\bdrop$/, "accept"],
    [/iifname "w\*"/, 'iifname "x*"'],
    [/oifname "uplink"/, 'oifname "vxlan"'],
    [/goto (learn|error|deliver)\S*/, "drop"],
    [/ether daddr @local /, ""],
    [/tcp reset/, "icmpv6 port-unreachable"],
  ];
  const way = ways.find(([pattern]) => pattern.test(body));
  return way === undefined ? undefined : `${body.replace(way[0], way[1])} ${comment}`;
}

export function elementMutations(node: TestNode, table: LoadedTable): readonly Mutation[] {
  const { netns, family } = table;
  const sets = parseNft(table.printed).find((each) => each.family === family && each.name === "netwright")?.sets;
  return [...(sets?.values() ?? [])]
    .filter(({ isFilled, elements }) => !isFilled && elements.length > 0)
    .flatMap((set) =>
      setMutations(set).map(([name, says, commands]): Mutation => ({
        name: `${family} ${set.name}: ${name}`,
        netns,
        kinds: ["Rules", "Balancer"],
        says,
        make: () =>
          loadNft(
            node,
            netns,
            commands.map(([verb, item]) => `${verb} element ${family} netwright ${set.name} { ${item} }\n`).join(""),
          ),
        undo: () => reload(node, table),
      })),
    );
}

type Command = readonly [verb: "add" | "delete", item: string];

function setMutations(set: NftSet): readonly (readonly [name: string, says: string, commands: readonly Command[]])[] {
  if (set.name.startsWith("slots_")) return slotMutations(set);
  const [first] = set.elements as readonly [NftElement];
  const other = { ...first, key: [...first.key.slice(0, -1), another(first.key.at(-1) ?? "")] };
  const replaced = { ...first, data: [another(first.data[0] ?? ""), ...first.data.slice(1)] };
  return [
    ["one less", "", [["delete", first.key.join(" . ")]]],
    ["one more", "", [["add", text(other)]]],
    [
      "another",
      "",
      [
        ["delete", first.key.join(" . ")],
        ["add", text(other)],
      ],
    ],
    ...(set.kind === "map" && !/goto|accept/.test(first.data[0] ?? "")
      ? ([
          [
            "leads elsewhere",
            "",
            [
              ["delete", first.key.join(" . ")],
              ["add", text(replaced)],
            ],
          ],
        ] as const)
      : []),
  ];
}

/** A few: one that is another member's, one that is nobody's. */
const slotMutations = ({ elements }: NftSet): ReturnType<typeof setMutations> =>
  elements
    .filter((_, index) => index % 400 === 0)
    .flatMap(({ key: [slot = ""], data: [mac = ""] }) => [
      [
        `slot ${slot} of another`,
        `slot ${slot} `,
        [
          ["delete", slot],
          ["add", `${slot} : ${otherMember(mac)}`],
        ],
      ] as const,
      [`slot ${slot} of nobody`, `slot ${slot} `, [["delete", slot]]] as const,
    ]);

const text = ({ key, data }: NftElement): string =>
  `${key.join(" . ")}${data.length === 0 ? "" : ` : ${data.join(data[0] === "goto" ? " " : " . ")}`}`;

const otherMember = (mac: string): string => mac.replace(/..$/, (last) => (last === "01" ? "02" : "01"));

function another(word: string): string {
  if (word.startsWith('"')) return '"nwu99"';
  if (/^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/.test(word)) return word.replace(/..$/, "99");
  if (word.includes(":")) return "2001:db8:bad::1";
  if (/^0x[0-9a-f]+$/.test(word)) return `0x${(Number(word) + 1).toString(16)}`;
  return /^\d+$/.test(word) ? String(Number(word) + 1) : word;
}
