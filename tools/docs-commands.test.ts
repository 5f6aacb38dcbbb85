import { expect, test } from "vitest";
import { extractCommands, extractSteps } from "./docs-commands.ts";

const extract = (...lines: readonly string[]) => extractCommands("doc.md", lines.join("\n"));

test("a session gives its commands, each with its output and its line", () => {
  expect(
    extract(
      "# Title",
      "",
      "```console",
      "$ netwright get services",
      "NAME  READY",
      "shop  True",
      "$ netwright version",
      "```",
    ),
  ).toEqual([
    { file: "doc.md", line: 4, command: "netwright get services", output: ["NAME  READY", "shop  True"], kind: "run" },
    { file: "doc.md", line: 7, command: "netwright version", output: [], kind: "run" },
  ]);
});

test("continuation lines are joined", () => {
  const [only] = extract(
    "```sh",
    "$ netwright trace --from internet1 \\",
    "    --to shop.example.net:443",
    "hop",
    "```",
  );
  expect(only).toMatchObject({
    command: "netwright trace --from internet1 --to shop.example.net:443",
    output: ["hop"],
  });
});

test("an indented block, as in a list", () => {
  const [only] = extract("1. Do it:", "   ```console", "   $ netwright lab up", "   ready", "   ```");
  expect(only).toMatchObject({ command: "netwright lab up", output: ["ready"], line: 3 });
});

test("blocks without a prompt or of another language are no sessions", () => {
  expect(
    extract("```sh", "netwright version", "```", "```yaml", "$ netwright version", "```", "    $ netwright x"),
  ).toEqual([]);
});

test("a command that is not Netwright's is unknown", () => {
  expect(extract("```console", "$ rm -rf build", "```")).toMatchObject([{ kind: "unknown" }]);
  expect(extract("```console", "$ netwrighty", "```")).toMatchObject([{ kind: "unknown" }]);
});

test("a command that the gate runs is explained", () => {
  expect(extract("```console", "$ npm test", "```")).toMatchObject([{ kind: "explained", reason: "the gate itself" }]);
});

test("a remark explains the block right after it and no other", () => {
  const found = extract(
    "<!-- not run: needs two machines -->",
    "",
    "```console",
    "$ netwright agent run --server https://control:6443",
    "$ ssh host2",
    "```",
    "```console",
    "$ ssh host3",
    "```",
  );
  expect(found.map(({ kind, reason }) => [kind, reason])).toEqual([
    ["explained", "needs two machines"],
    ["explained", "needs two machines"],
    ["unknown", undefined],
  ]);
});

test("a fence that is never closed ends with the document", () => {
  expect(extract("```console", "$ netwright version", "0.1.0")).toMatchObject([{ output: ["0.1.0"] }]);
});

test("the demo is run, by other means", () => {
  expect(extract("```console", "$ npm run demo", "```")).toMatchObject([{ kind: "run" }]);
});

test("an exit status belongs to the last command of its block", () => {
  const found = extract("<!-- exits: 28 -->", "```console", "$ netwright version", "$ netwright plan", "```");
  expect(found.map(({ exits }) => exits)).toEqual([undefined, 28]);
});

test("files stand between commands, in the order of the page", () => {
  const lines = ["<!-- file: a/b.yaml -->", "```yaml", "kind: Service", "```", "```sh", "$ netwright version", "```"];
  expect(extractSteps("doc.md", lines.join("\n"))).toMatchObject([
    { kind: "save", name: "a/b.yaml", text: "kind: Service\n", line: 3 },
    { kind: "run", command: "netwright version" },
  ]);
});
