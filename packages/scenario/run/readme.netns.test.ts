/** The examples of the kind's page are run, not only read. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { runFiles } from "../testdata/session.ts";

const page = readFileSync(new URL("../../api/kinds/scenario/README.md", import.meta.url), "utf8");
const examples = [...page.matchAll(/^```yaml\n(.*?)^```$/gms)].map(([, text = ""]) => text);

test.each(examples.map((text) => [/name: ([\w-]+)/.exec(text)?.[1] ?? "", text] as const))("%s", async (_, text) => {
  const { runs } = await runFiles({ "example.yaml": text });
  expect(runs.map(({ reason }) => reason)).toEqual([null]);
  expect(runs.map(({ verdict }) => verdict)).toEqual(["Passed"]);
});
