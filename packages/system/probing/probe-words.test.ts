import { spawnSync } from "node:child_process";
import { milliseconds } from "@netwright/base";
import { expect, test } from "vitest";
import { probeScript } from "./probe-script.ts";
import { parseResults, probeWord } from "./probe-words.ts";

test("perl compiles the program without a single warning", () => {
  expect(spawnSync("perl", ["-cw", "-Mstrict"], { input: probeScript, encoding: "utf8" }).stderr).toBe("- syntax OK\n");
});

test("a probe as the program's word", () => {
  const patience = milliseconds(1500);
  expect(probeWord({ protocol: "tcp", host: "::1", port: 80, patience })).toBe("tcp\t0\t::1\t80\t1500\t\t0\t0");
  expect(probeWord({ protocol: "udp", family: 6, host: "a", port: 53, patience, send: "a\tb" })).toBe(
    "udp\t6\ta\t53\t1500\t610962\t0\t0",
  );
  expect(probeWord({ protocol: "tcp", host: "::1", port: 80, patience, sourcePort: 4000 })).toBe(
    "tcp\t0\t::1\t80\t1500\t\t0\t4000",
  );
  expect(probeWord({ protocol: "icmp", family: 4, host: "a", patience, size: 1472, whole: true })).toBe(
    "icmp\t4\ta\t0\t1500\t1472\t1\t0",
  );
});

test("the program's lines, also a last one that is not whole", () => {
  const line = ["1", "Open", "", "::1", "0.5", "1.25", "::1", Buffer.from("pong\n").toString("hex"), "4711"].join("\t");
  expect(parseResults(`${line}\nready\n`)).toEqual([
    {
      index: 1,
      fate: "Open",
      how: "",
      by: "::1",
      at: 0.5,
      took: 1.25,
      address: "::1",
      answer: "pong\n",
      sourcePort: 4711,
    },
  ]);
});
