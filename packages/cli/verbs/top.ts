/** `top`: what services, tiers, instances and hosts use and do, live. */
import { InvalidArgumentError, Option, type Command } from "commander";
import { parseDuration, type Client, type MetricsAnswer, type MetricsQuery, type MetricsRecord } from "@netwright/api";
import { isNetwrightError, messageOf, milliseconds, NetwrightError, type Milliseconds } from "@netwright/base";
import { connect, connectionOptions } from "../arguments/connection.ts";
import { namedProject, projectOption, refsIn } from "../arguments/project.ts";
import { formatOf, outputOption } from "../arguments/output.ts";
import { isMachine, renderMachine } from "../print/machine.ts";
import { fitted, keyOf, sortings, topGroups, topTable, trendOf, type Sorting, type TopGroup } from "../print/top.ts";
import { timeText } from "../print/times.ts";
import { onScreen } from "../screen.ts";
import type { Screen, Terminal } from "../terminal.ts";
import type { Invocation, Verb } from "../verb.ts";

/** Values in the line of each row. */
const trendLength = 30;
const spanBounds = { min: milliseconds(1000), max: milliseconds(3_600_000) };
const defaultWindow = milliseconds(5000);
const keys: Readonly<Record<string, Sorting>> = {
  n: "name",
  c: "cpu",
  m: "memory",
  r: "requests",
  e: "errors",
  l: "latency",
  w: "queue",
  o: "connections",
  t: "traffic",
};

export const verb: Verb = {
  endsBySignal: true,
  configure(command: Command): void {
    command.argument("[what]", `what each row is about: ${topGroups.join(", ")} (tiers)`);
    command.argument("[service]", "only this one, for example service/shop");
    projectOption(command, "only of this project");
    command.addOption(new Option("--sort <by>", "highest first").choices(Object.keys(sortings)).default("name"));
    command.addOption(
      new Option("--window <span>", "what numbers are the mean of").argParser(parseSpan).default(defaultWindow, "5s"),
    );
    command.addOption(
      new Option("--interval <span>", "how often to look, on a terminal")
        .argParser(parseSpan)
        .default(milliseconds(1000), "1s"),
    );
    command.option("--once", "print one table, also on a terminal");
    outputOption(command, "json", "yaml");
    connectionOptions(command);
    command.addHelpText(
      "after",
      `
On a terminal the table is drawn again every second; elsewhere it is printed once. A number that was not measured
is -, and SAMPLE says how old the newest one is.

Keys: q quits; n, c, m, r, e, l, w, o, t sort by name, CPU, memory, requests, errors, latency, queue (waiting),
connections (open), traffic.

Examples:
  netwright top
  netwright top instances service/shop --sort cpu
  netwright top hosts -o json
`,
    );
  },
  async run(invocation: Invocation): Promise<void> {
    const { terminal, options } = invocation;
    const client = await connect(invocation);
    const { group, query } = await questionIn(invocation, client);
    const format = formatOf(options);
    const { screen } = terminal;
    if (!isMachine(format) && screen !== null && options["once"] !== true)
      return live({ terminal, screen, client, group, query, options });
    const answer = await client.measures(query);
    if (isMachine(format)) return terminal.out(renderMachine(format, answer));
    terminal.out(
      answer.items.length === 0 ? nothing(answer) : topTable(group, answer.items, { sort: sortOf(options) }),
    );
  },
};

const sortOf = (options: Invocation["options"]): Sorting => options["sort"] as Sorting;
const nothing = ({ window }: MetricsAnswer): string => `nothing was measured in the last ${window} s\n`;

async function questionIn(
  invocation: Invocation,
  client: Client,
): Promise<{ readonly group: TopGroup; readonly query: MetricsQuery }> {
  const [first, ...rest] = invocation.args;
  const known = topGroups.find((each) => each === first);
  const named = first === undefined || known !== undefined ? rest : invocation.args;
  if (named.length === 1 && named[0]?.includes("/") === false)
    throw new NetwrightError("NW1001", `${JSON.stringify(named[0])} is neither a service nor what rows are about`, {
      hint: `write ${topGroups.join(", ")}, service/NAME, or both`,
    });
  const [ref, ...more] = named.length === 0 ? [] : await refsIn(invocation, client, named);
  if (ref !== undefined && (ref.kind.kind !== "Service" || more.length > 0))
    throw new NetwrightError("NW1001", `${named.join(" ")} does not name one service`, {
      hint: `write ${topGroups.join(", ")}, then service/NAME`,
    });
  const group = known ?? "tiers";
  if (group === "hosts" && ref !== undefined)
    throw new NetwrightError("NW1002", "hosts are of no service", { hint: `netwright top instances ${first ?? ""}` });
  const project = ref?.project ?? namedProject(invocation);
  const window = Math.round((invocation.options["window"] as Milliseconds) / 1000);
  return {
    group,
    query: {
      group,
      window,
      ...(group === "hosts" || project === undefined ? {} : { project }),
      ...(ref === undefined ? {} : { service: ref.name }),
    },
  };
}

interface Live {
  readonly terminal: Terminal;
  readonly screen: Screen;
  readonly client: Client;
  readonly group: TopGroup;
  readonly query: MetricsQuery;
  readonly options: Invocation["options"];
}

async function live({ terminal, screen, client, group, query, options }: Live): Promise<void> {
  let sort = sortOf(options);
  let [items, note]: readonly [readonly MetricsRecord[], string] = [[], "waiting for the first samples"];
  let show: (text: string) => void = () => {};
  const trend = new Trend();
  const redraw = (): void => {
    const { columns, rows } = screen.size();
    const table = items.length === 0 ? "" : topTable(group, items, { sort, history: trend.of(sort) });
    show(fitted(`${note}\n\n${table}`, columns, rows - 1));
  };
  const look = async (signal: AbortSignal): Promise<void> => {
    try {
      const answer = await client.measures(query);
      items = answer.items;
      trend.add(items);
      const empty = items.length === 0 ? `, ${nothing(answer).trimEnd()}` : "";
      note = `netwright top ${group}  ${timeText(answer.at)}  mean of ${answer.window} s, by ${sort}${empty}  (q quits)`;
    } catch (error) {
      // A server that is away comes back; a question that it refuses is refused for ever.
      if (signal.aborted) return;
      if (!isNetwrightError(error) || error.category !== "unavailable") throw error;
      note = `the server does not answer: ${messageOf(error)}  (q quits)`;
    }
  };
  const draw = async (on: (text: string) => void, signal: AbortSignal): Promise<void> => {
    show = on;
    while (!signal.aborted) {
      await look(signal);
      redraw();
      await terminal.clock.sleep(options["interval"] as Milliseconds, signal).catch(() => {});
    }
  };
  await onScreen(screen, terminal.out, terminal.signal, draw, (key) => {
    sort = keys[key] ?? sort;
    redraw();
  });
}

/** The last values of each row. Rows that are gone are forgotten. */
class Trend {
  #records: readonly ReadonlyMap<string, MetricsRecord>[] = [];

  add(items: readonly MetricsRecord[]): void {
    const now = new Map(items.map((record) => [keyOf(record), record]));
    this.#records = [...this.#records, now].slice(-trendLength);
  }

  of(sort: Sorting): ReadonlyMap<string, readonly (number | null)[]> {
    const name = trendOf(sort);
    const names = this.#records.at(-1)?.keys() ?? [];
    return new Map([...names].map((key) => [key, this.#records.map((one) => one.get(key)?.values[name] ?? null)]));
  }
}

function parseSpan(text: string): Milliseconds {
  try {
    return parseDuration(text, spanBounds);
  } catch (error) {
    throw new InvalidArgumentError(messageOf(error));
  }
}
