import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { readApplyRequest } from "./manifests.ts";

const folder = mkdtempSync(join(tmpdir(), "netwright-manifests-"));
afterEach(() => rmSync(folder, { recursive: true }));

test("a lab that lies in a directory of manifests is not applied; one that is named is, and the server refuses it", async () => {
  const head = "apiVersion: netwright.dev/v1alpha1\n";
  mkdirSync(join(folder, "labs"));
  const lab = join(folder, "labs/lab.yaml");
  writeFileSync(
    lab,
    `${head}kind: Lab\nmetadata: { name: lab }\nspec: { nodes: [{ name: a, role: Host }], links: [] }\n`,
  );
  writeFileSync(join(folder, "web.yaml"), `${head}kind: Network\nmetadata: { name: web }\n`);
  const kindsOf = async (path: string) =>
    (await readApplyRequest([path], {})).objects.map(({ object }) => (object as { kind: string }).kind);
  expect(await kindsOf(folder)).toEqual(["Network"]);
  expect(await kindsOf(lab)).toEqual(["Lab"]);
});
