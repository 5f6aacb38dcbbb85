/** The text that `nft -f -` reads, from a table spec. Pure. nft 1.0.6 wants a newline before every closing brace. */
import { nftTable } from "@netwright/contract";
import {
  ruleComment,
  setComment,
  type ChainSpec,
  type ElementSpec,
  type HookSpec,
  type SetSpec,
  type TableSpec,
} from "./table.ts";

/** `inet netwright`: how every command names the table. */
export const tableName = (table: Pick<TableSpec, "family">): string => `${table.family} ${nftTable}`;

/** The whole table, loaded where none is. */
export function renderTable(table: TableSpec): string {
  const body = [...table.sets.map(setBlock), ...table.chains.map(chainBlock)];
  // Chains first by name only: the elements of a verdict map need their targets.
  const names = table.chains.filter((chain) => chain.hook === undefined).map(({ name }) => `\tchain ${name} {\n\t}\n`);
  return `table ${tableName(table)} {\n${[...names, ...body].join("")}}\n`;
}

export function setBlock(set: SetSpec): string {
  const elements = set.elements ?? [];
  const lines = [
    ...setLines(set),
    ...(elements.length === 0 ? [] : [`elements = { ${elements.map(element).join(",\n\t\t\t")} }`]),
  ];
  return `\t${set.kind} ${set.name} {\n${lines.map((line) => `\t\t${line}\n`).join("")}\t}\n`;
}

const setLines = (set: SetSpec): readonly string[] => [
  set.type,
  ...(set.options ?? []),
  `comment "${setComment(set)}"`,
];

/** The declaration in the form that `add set` takes, on one line. */
export const setDeclaration = (set: SetSpec): string => `{ ${setLines(set).join("; ")}; }`;

export function element({ key, data, comment }: ElementSpec): string {
  const note = comment === undefined ? "" : ` comment "${comment}"`;
  return `${key.join(" . ")}${note}${data === undefined ? "" : ` : ${data}`}`;
}

function chainBlock(chain: ChainSpec): string {
  const lines = [...(chain.hook === undefined ? [] : [hookLine(chain.hook)]), ...chainRules(chain)];
  return `\tchain ${chain.name} {\n${lines.map((line) => `\t\t${line}\n`).join("")}\t}\n`;
}

export const chainRules = (chain: ChainSpec): readonly string[] =>
  chain.rules.map((rule) => `${rule.text} comment "${ruleComment(rule)}"`);

export function hookLine(hook: HookSpec): string {
  const device = hook.device === undefined ? "" : ` device "${hook.device}"`;
  return `type ${hook.type} hook ${hook.hook}${device} priority ${hook.priority}; policy ${hook.policy};`;
}
