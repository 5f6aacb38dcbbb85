import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { root } from "../gate/program.ts";
import { controlOf, dependencies, suggestions } from "./debian.ts";
import { manifestOf } from "./npm.ts";

test("what hosts call is a dependency, what only labs call a suggestion", () => {
  expect(dependencies().split(", ")).toEqual(
    expect.arrayContaining(["bird2", "nftables", "crun", "skopeo", "e2fsprogs", "unbound"]),
  );
  expect(suggestions().split(", ")).toEqual(expect.arrayContaining(["frr", "knot"]));
  const both = dependencies()
    .split(", ")
    .filter((name) => suggestions().split(", ").includes(name));
  expect(both).toEqual([]);
});

test("a control file has every value filled in", () => {
  const template = readFileSync(join(root, "packaging/debian/control"), "utf8");
  const names = [...template.matchAll(/@([A-Z]+)@/g)].map(([, name]) => name as string);
  const text = controlOf(template, Object.fromEntries(names.map((name) => [name, "x"])));
  expect(text).not.toMatch(/@[A-Z]+@/);
  expect(text.endsWith("\n")).toBe(true);
});

test("the npm package needs nothing but a Node", () => {
  const about = { name: "n", version: "1", description: "d", license: "l", bin: { n: "bin/n" } };
  expect(manifestOf(about)).toMatchObject({ name: "n", optionalDependencies: { node: "^24.0.0" } });
  expect(manifestOf(about)).not.toHaveProperty("dependencies");
});
