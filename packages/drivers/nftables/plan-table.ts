/** The smallest transaction from what a table is to what it should be. Pure. */
import { chainRules, element, hookLine, renderTable, setDeclaration, tableName } from "./render.ts";
import type { ChainHave, SetHave, TableHave } from "./parse.ts";
import {
  elementId,
  ruleComment,
  setComment,
  type ChainSpec,
  type ElementSpec,
  type SetSpec,
  type TableSpec,
} from "./table.ts";

/** Commands for one `nft -f -` each: all of a script happens, or none of it. Empty text: nothing to do. */
export interface TablePlan {
  readonly install: string;
  readonly retire: string;
}

/** `have` is undefined where there is no table. */
export function planTable(want: TableSpec, have: TableHave | undefined): TablePlan {
  if (have === undefined) return { install: renderTable(want), retire: "" };
  if (misshapen(want, have)) {
    return { install: `delete table ${tableName(want)}\n${renderTable(want)}`, retire: "" };
  }
  const install = [...newObjects(want, have), ...newElements(want, have), ...newRules(want, have)];
  const retire = [...oldElements(want, have), ...oldObjects(want, have)];
  return { install: script(install), retire: script(retire) };
}

const script = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join("");

/** A set's declaration and a hook cannot be changed in place while rules refer to them. */
function misshapen(want: TableSpec, have: TableHave): boolean {
  return (
    want.sets.some((set) => {
      const found = have.sets.get(set.name);
      return found !== undefined && (found.kind !== set.kind || found.comment !== setComment(set));
    }) ||
    want.chains.some((chain) => {
      const found = have.chains.get(chain.name);
      return found !== undefined && !sameHook(chain, found);
    })
  );
}

function sameHook({ hook }: ChainSpec, found: ChainHave): boolean {
  return (
    found.type === hook?.type &&
    found.hook === hook?.hook &&
    found.priority === hook?.priority &&
    found.policy === hook?.policy
  );
}

function newObjects(want: TableSpec, have: TableHave): readonly string[] {
  const table = tableName(want);
  const sets = want.sets.filter((set) => !have.sets.has(set.name));
  const chains = want.chains.filter((chain) => !have.chains.has(chain.name));
  return [
    ...sets.map((set) => `add ${set.kind} ${table} ${set.name} ${setDeclaration(set)}`),
    ...chains.map(
      ({ name, hook }) => `add chain ${table} ${name}${hook === undefined ? "" : ` { ${hookLine(hook)} }`}`,
    ),
  ];
}

function newElements(want: TableSpec, have: TableHave): readonly string[] {
  return want.sets.flatMap((set) => {
    const found = have.sets.get(set.name);
    const missing: ElementSpec[] = [];
    const stale: ElementSpec[] = [];
    for (const item of set.elements ?? []) {
      const there = found?.elements.get(elementId(item.key));
      if (there !== undefined && there.data === item.data && there.comment === item.comment) continue;
      missing.push(item);
      if (there !== undefined) stale.push({ key: item.key });
    }
    return [...elementCommand("delete", want, set, stale), ...elementCommand("add", want, set, missing)];
  });
}

function oldElements(want: TableSpec, have: TableHave): readonly string[] {
  return want.sets.flatMap((set) => {
    if (set.elements === null) return [];
    const wanted = new Set(set.elements.map((item) => elementId(item.key)));
    const found: SetHave | undefined = have.sets.get(set.name);
    const surplus = [...(found?.elements.keys() ?? [])].filter((id) => !wanted.has(id));
    return elementCommand(
      "delete",
      want,
      set,
      surplus.map((id) => ({ key: keyOf(set, id) })),
    );
  });
}

/** The first part of a key that begins with an interface must be quoted again. */
function keyOf(set: SetSpec, id: string): readonly string[] {
  const [first = "", ...rest] = id.split(" . ");
  return [/^typeof [io]ifname\b/.test(set.type) ? `"${first}"` : first, ...rest];
}

function elementCommand(
  verb: "add" | "delete",
  want: TableSpec,
  set: SetSpec,
  elements: readonly ElementSpec[],
): readonly string[] {
  if (elements.length === 0) return [];
  return [`${verb} element ${tableName(want)} ${set.name} { ${elements.map(element).join(", ")} }`];
}

/** A chain whose rules differ in anything is written anew; the counters of all other chains go on. */
function newRules(want: TableSpec, have: TableHave): readonly string[] {
  const table = tableName(want);
  return want.chains.flatMap((chain) => {
    const found = have.chains.get(chain.name)?.rules.map((rule) => rule.comment) ?? [];
    const wanted = chain.rules.map(ruleComment);
    if (wanted.length === found.length && wanted.every((comment, index) => comment === found[index])) return [];
    const rules = chainRules(chain).map((text) => `add rule ${table} ${chain.name} ${text}`);
    return found.length === 0 ? rules : [`flush chain ${table} ${chain.name}`, ...rules];
  });
}

function oldObjects(want: TableSpec, have: TableHave): readonly string[] {
  const table = tableName(want);
  const chains = [...have.chains.keys()].filter((name) => !want.chains.some((chain) => chain.name === name));
  const sets = [...have.sets].filter(([name]) => !want.sets.some((set) => set.name === name));
  return [
    ...chains.map((name) => `flush chain ${table} ${name}`),
    ...chains.map((name) => `delete chain ${table} ${name}`),
    ...sets.map(([name, { kind }]) => `delete ${kind} ${table} ${name}`),
  ];
}
