/** Data that outlives instances, in a lab: written, found again, bounded, kept, deleted. */
import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { stepsOf } from "../tools/docs-commands.ts";
import { fetchFrom, fetchOnce, instanceOf, startLab, statusOf, type LiveLab } from "./live-lab.ts";
import { until } from "./until.ts";

const directory = mkdtempSync(join(tmpdir(), "netwright-volumes-"));
const documented = stepsOf("docs/volumes.md").flatMap((step) => (step.kind === "save" ? [step.text] : []))[0] ?? "";
const book = "http://notes.example.net/";

let lab: LiveLab;
beforeAll(async () => {
  lab = await startLab("kept-data");
});
afterAll(async () => {
  await lab.down();
  rmSync(directory, { recursive: true });
  expect(execFileSync("losetup", ["--list", "--noheadings", "--output", "BACK-FILE"], { encoding: "utf8" })).toBe("");
});

function written(...changes: readonly (readonly [string, string])[]): string {
  const path = join(directory, "notes.yaml");
  writeFileSync(
    path,
    changes.reduce((text, [from, to]) => text.replace(from, to), documented),
  );
  return path;
}
const coloured = (colour: string): readonly [string, string] => [
  "image: host",
  `image: host\n        env: [{ name: COLOUR, value: ${colour} }]`,
];

const send = (text: string) => fetchFrom(lab, "internet1", book, `--data-binary '${text}'`);
const kept = (text: string) =>
  until(
    `"${text}" is kept`,
    () => send(text),
    ({ stdout }) => stdout === "kept\n",
  );
const read = async (words: string): Promise<void> =>
  void (await until(
    `the book says ${words}`,
    () => fetchFrom(lab, "internet1", book),
    ({ stdout }) => stdout.includes(words),
  ));

interface Volume {
  readonly metadata: { readonly name: string };
  readonly spec: { readonly host: string };
  readonly status: { readonly phase: string; readonly usedBy: string };
}
const volumes = async (): Promise<Record<string, string>> => {
  const { items } = await lab.read<{ items: readonly Volume[] }>("volumes");
  return Object.fromEntries(items.map(({ metadata, spec, status }) => [metadata.name, `${status.phase} ${spec.host}`]));
};
const volumesAre = (wanted: Record<string, unknown>) =>
  until("volumes", volumes, (found) => JSON.stringify(found) === JSON.stringify(wanted));

test("what was written is found by the instance that takes the place, on the same host; plan and describe say why", async () => {
  await lab.must("apply", "-f", written());
  await kept("first ");
  const { host } = await instanceOf(lab, "notes-book-1");
  await volumesAre({ "notes-book-data-1": `InUse ${host}` });
  const changed = written(coloured("red"));
  expect((await lab.netwright("plan", "-f", changed)).stdout).toMatch(
    new RegExp(`notes-book-2\\s+${host}\\s+in place of notes-book-1: its data is there: notes-book-data-1`),
  );
  const { stderr } = await lab.netwright("apply", "-f", changed);
  expect(stderr).toMatch(new RegExp(`placed .* on ${host}.*, with notes-book-data-1`));
  await read("first");
  expect(await instanceOf(lab, "notes-book-2")).toMatchObject({ host, phase: "Ready" });
  const described = await until(
    "the volume is told to be the new instance's",
    () => lab.must("describe", "service/notes"),
    (text) => new RegExp(`notes-book-data-1 +InUse +32Mi +${host} +notes-book-2`).test(text),
  );
  expect(described).toContain("its data is there: notes-book-data-1");
});

test("it holds what its size says and no more; a larger size holds more", async () => {
  const fill = `head -c 24000000 /dev/zero | curl --silent --noproxy '*' --data-binary @- ${book}`;
  expect((await lab.tryAt("internet1", fill)).stdout).toBe("kept\n");
  expect((await lab.tryAt("internet1", fill)).stdout).toBe("ENOSPC\n");
  await until(
    "it is told to be full",
    () => lab.read<{ status: { used?: string; message: string } }>("volume/notes-book-data-1"),
    ({ status }) => /^(2[5-9]|3\d)Mi$/.test(status.used ?? "") && /^\d+% of it is used/.test(status.message),
  );
  await lab.must("apply", "-f", written(coloured("red"), ["size: 32Mi", "size: 80Mi"]));
  await until(
    "there is room again",
    () => lab.tryAt("internet1", fill),
    ({ stdout }) => stdout === "kept\n",
  );
  const { code, stderr } = await lab.netwright("apply", "-f", written(coloured("red"), ["size: 32Mi", "size: 8Mi"]));
  expect(code).toBe(4);
  expect(stderr).toContain("16Mi to 1024Ti");
});

test("each place has its own; a tier that shrinks keeps them, and finds them when it grows", async () => {
  await lab.must("scale", "service/notes", "book=2");
  const both = await volumes();
  const [first = "", second = ""] = [both["notes-book-data-1"], both["notes-book-data-2"]];
  expect(second).toMatch(/^InUse host\d$/);
  expect(first).not.toBe(second);
  await lab.must("scale", "service/notes", "book=1");
  await volumesAre({ "notes-book-data-1": first, "notes-book-data-2": second.replace("InUse", "Kept") });
  await lab.must("scale", "service/notes", "book=2");
  await volumesAre(both);
});

test("a closed host keeps its instance, and status says so", async () => {
  const { items } = await lab.read<{ items: readonly Volume[] }>("volumes");
  const host = items[0]?.spec.host ?? "";
  const object = (await lab.must("get", `host/${host}`, "-o", "yaml")).replace(/^status:[^]*/m, "");
  const file = join(directory, "host.yaml");
  writeFileSync(file, object.replace("schedulable: true", "schedulable: false").replace(/ +resourceVersion.*\n/, ""));
  await lab.must("apply", "-f", file, "--no-wait");
  const placed = await until(
    "Placed says it",
    async () => (await statusOf(lab, "notes")).conditions.find(({ type }) => type === "Placed"),
    (condition) => condition?.message.includes("cannot be replaced") === true,
  );
  expect(placed).toMatchObject({ status: "True" });
  await read("first");
  writeFileSync(file, object.replace(/ +resourceVersion.*\n/, ""));
  await lab.must("apply", "-f", file);
});

test("a directory of the host is seen only where it is allowed, and only itself", async () => {
  const models = join(directory, "models");
  mkdirSync(join(models, "inner"), { recursive: true });
  writeFileSync(join(models, "book.txt"), "of the host\n");
  chmodSync(join(models, "book.txt"), 0o666);
  const asking = (path: string) =>
    written(
      ["name: data, path: /data, size: 32Mi", `hostPath: ${path}, path: /data, readOnly: true`],
      ["name: notes", "name: reader"],
      ["notes.example.net", "reader.example.net"],
    );
  const refused = await lab.netwright("apply", "-f", asking(models));
  expect([refused.code, refused.stderr]).toEqual([4, expect.stringContaining(`host1: does not allow ${models}`)]);
  const object = (await lab.must("get", "host/host2", "-o", "yaml")).replace(/^status:[^]*/m, "");
  const file = join(directory, "host.yaml");
  writeFileSync(
    file,
    object.replace(/ +resourceVersion.*\n/, "").replace(/^spec:\n/m, `spec:\n  hostPaths: [{ path: ${models} }]\n`),
  );
  await lab.must("apply", "-f", file);
  expect((await lab.netwright("apply", "-f", asking(join(models, "inner")))).code).toBe(4);
  await lab.must("apply", "-f", asking(models));
  const answer = await fetchOnce(lab, "internet1", "http://reader.example.net/");
  expect(answer.stdout).toBe("of the host\n");
  expect((await fetchOnce(lab, "internet1", "http://reader.example.net/", "--data-binary x")).stdout).toBe("EROFS\n");
  await lab.must("delete", "service/reader");
});

test("a deleted service leaves its volumes; they are deleted by name, and not while somebody uses them", async () => {
  const before = Object.keys(await volumes());
  const refused = await lab.netwright("delete", "volume/notes-book-data-1");
  expect([refused.code, refused.stderr]).toEqual([5, expect.stringContaining("is still used by instance/notes-book-")]);
  await lab.must("delete", "service/notes");
  expect(Object.keys(await volumes())).toEqual(before);
  await lab.must("apply", "-f", written());
  await read("first");
  await lab.must("delete", "service/notes");
  for (const name of before) await lab.must("delete", `volume/${name}`);
  await volumesAre({});
  const left = execFileSync("find", [labState(), "-path", "*/volumes/*"], { encoding: "utf8" });
  expect(left).toBe("");
});

/** Of all nodes of the lab. */
const labState = (): string => `/run/netwright/labs/${lab.name}`;
