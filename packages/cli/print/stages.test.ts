import { milliseconds } from "@netwright/base";
import { expect, test } from "vitest";
import { keptTerminal } from "../testing/terminal.ts";
import { stagePrinter } from "./stages.ts";

function play(live: boolean): string {
  const terminal = keptTerminal({ live });
  const printer = stagePrinter(terminal);
  printer.heading("service/shop");
  printer.underWay("address");
  printer.over("address", "2001:db8:100::5", milliseconds(3));
  printer.underWay("placed");
  printer.clear();
  return terminal.printed.err;
}

const line = `  address      2001:db8:100::5${" ".repeat(45)}    3 ms\n`;

test("in a file there is one line a stage and nothing else", () => {
  expect(play(false)).toBe(`service/shop\n${line}`);
});

test("a terminal shows the stage under way and rewrites its line", () => {
  const erase = "\r\u001b[K";
  expect(play(true)).toBe(`${erase}service/shop\n${erase}  address ...${erase}${line}${erase}  placed ...${erase}`);
});
