import { mkdtempSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { fileBase64 } from "../kinds/service/file-octets.ts";
import { isWorkloadTier } from "../kinds/service/service.ts";
import { nodeReader } from "./read-disk.ts";
import { readManifests, type ReadManifests } from "./read-manifests.ts";
import { toApplyObject } from "./sources.ts";

let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), "netwright-manifests-"))));
afterEach(() => rmSync(folder, { recursive: true }));

const put = (name: string, content: string | Uint8Array): string => {
  const path = join(folder, name);
  mkdirSync(join(path, ".."), { recursive: true });
  writeFileSync(path, content);
  return path;
};

const network = (name: string): string =>
  `apiVersion: netwright.dev/v1alpha1\nkind: Network\nmetadata: { name: ${name} }\n`;
const service = (...sources: string[]): string => `apiVersion: netwright.dev/v1alpha1
kind: Service
metadata: { name: shop }
spec:
  tiers:
    - name: web
      workload:
        image: host
        command: [/bin/server]
        port: 8080
        files:
${sources.map((source, index) => `          - { path: /srv/${index}, source: ${source} }`).join("\n")}
`;

const names = ({ objects }: ReadManifests) => objects.map(({ object }) => object.metadata.name);
const codes = ({ diagnostics }: ReadManifests) => diagnostics.map(({ code }) => code);

describe("paths", () => {
  test("directories are read with what is below, sorted, by ending", async () => {
    put("b/two.yml", network("two"));
    put("a.yaml", network("one"));
    put(
      "c.json",
      JSON.stringify({ apiVersion: "netwright.dev/v1alpha1", kind: "Network", metadata: { name: "three" } }),
    );
    put("notes.txt", "not a manifest");
    const read = await readManifests([folder], nodeReader);
    expect(codes(read)).toEqual([]);
    expect(names(read)).toEqual(["one", "two", "three"]);
    expect(read.objects[1]?.locate(["kind"])).toMatchObject({ file: join(folder, "b/two.yml"), line: 2, column: 7 });
    expect([...read.texts.keys()]).toHaveLength(3);
  });

  test("a file named twice is read once; two files with one object are refused", async () => {
    const one = put("one.yaml", network("web"));
    expect(codes(await readManifests([one, one], nodeReader))).toEqual([]);
    const two = put("two.yaml", network("web"));
    const read = await readManifests([one, two], nodeReader);
    expect(codes(read)).toEqual(["NW1106"]);
    expect(read.diagnostics[0]?.message).toContain(`first in ${one}:3:19`);
  });

  test("what is not there, empty, too large or binary is complained about, each by its name", async () => {
    mkdirSync(join(folder, "empty"));
    const large = put("large.yaml", `#${"x".repeat(5_000_000)}`);
    const binary = put("binary.yaml", new Uint8Array([0xff, 0xfe, 0x00]));
    const read = await readManifests([join(folder, "no.yaml"), join(folder, "empty"), large, binary], nodeReader);
    expect(codes(read)).toEqual(["NW1101", "NW1101", "NW1105", "NW1102"]);
    for (const { message, source } of read.diagnostics) expect(`${message} ${source?.file}`).toContain(folder);
  });

  test("endless files are read no further than the limit", async () => {
    expect(codes(await readManifests(["/dev/zero"], nodeReader))).toEqual(["NW1105"]);
    expect((await nodeReader.read("/dev/zero", 1000)).length).toBe(1001);
    expect((await nodeReader.read("/dev/zero", 200_000)).length).toBe(200_001);
  });

  test("links to directories are not followed, so circles end", async () => {
    put("a.yaml", network("one"));
    symlinkSync(folder, join(folder, "again"));
    expect(names(await readManifests([folder], nodeReader))).toEqual(["one"]);
  });
});

describe("files of workloads", () => {
  test("are put in, text as text and octets in base64", async () => {
    put("app/site/index.html", "<p>hello ü</p>\n");
    put("app/logo.png", new Uint8Array([0x89, 0x50, 0xff]));
    const manifest = put("app/shop.yaml", service("site/index.html", "logo.png"));
    const read = await readManifests([manifest], nodeReader);
    expect(codes(read)).toEqual([]);
    const [loaded] = read.objects;
    const tier = loaded?.object.kind === "Service" ? loaded.object.spec.tiers[0] : undefined;
    const files = tier !== undefined && isWorkloadTier(tier) ? tier.workload.files : [];
    expect(files).toEqual([
      { path: "/srv/0", content: "<p>hello ü</p>\n", encoding: "utf8", mode: 0o644 },
      { path: "/srv/1", content: "iVD/", encoding: "base64", mode: 0o644 },
    ]);
    expect(files.map(fileBase64)).toEqual([Buffer.from("<p>hello ü</p>\n").toString("base64"), "iVD/"]);
    const sent = loaded === undefined ? undefined : JSON.stringify(toApplyObject(loaded).object);
    expect(sent).not.toContain("source");
  });

  test("that are missing, too large, or too many octets together, are each complained about at their line", async () => {
    put("large", new Uint8Array(2 ** 20 + 1));
    for (const name of ["a", "b", "c", "d", "e"]) put(name, new Uint8Array(2 ** 20));
    const manifest = put("shop.yaml", service("missing", "large", "a", "b", "c", "d", "e"));
    const { objects, diagnostics } = await readManifests([manifest], nodeReader);
    expect(objects).toEqual([]);
    expect(diagnostics.map(({ code, field, source }) => [code, field, source?.line])).toEqual([
      ["NW1107", "spec.tiers[0].workload.files[0].source", 12],
      ["NW1107", "spec.tiers[0].workload.files[1].source", 13],
      ["NW1107", "spec.tiers[0].workload.files[6].source", 18],
    ]);
  });
});

test("standard input: workload files are relative to the working directory", async () => {
  const asked: string[] = [];
  const read = await readManifests(["-"], {
    list: () => Promise.resolve(undefined),
    absolute: (path) => `/somewhere/${path}`,
    read: (path) => {
      asked.push(path);
      return Promise.resolve(Buffer.from(path === "-" ? service("site/a") : "hello"));
    },
  });
  expect(asked).toEqual(["-", "site/a"]);
  expect(read.objects[0]?.locate(["kind"]).file).toBe("(stdin)");
});

test("images beside the manifest get the path that they have on this machine; others stay", async () => {
  const images = ["oci:./shop", "oci-archive:../a.tar:v1", "oci:/srv/shop", "host", "ghcr.io/a/b:1"];
  const tiers = images.map(
    (image, index) => `    - { name: t${index}, workload: { image: "${image}", command: [x], port: 80 } }`,
  );
  const text = `apiVersion: netwright.dev/v1alpha1\nkind: Service\nmetadata: { name: shop }\nspec:\n  tiers:\n${tiers.join("\n")}\n`;
  const read = await readManifests([put("sub/shop.yaml", text)], nodeReader);
  expect(codes(read)).toEqual([]);
  const [loaded] = read.objects;
  const written = (loaded?.manifest["spec"] ?? { tiers: [] }) as { tiers: { workload: { image: string } }[] };
  const expected = [
    `oci:${folder}/sub/shop`,
    `oci-archive:${folder}/a.tar:v1`,
    "oci:/srv/shop",
    "host",
    "ghcr.io/a/b:1",
  ];
  expect(written.tiers.map(({ workload }) => workload.image)).toEqual(expected);
  const object = loaded?.object.kind === "Service" ? loaded.object.spec.tiers : [];
  expect(object.filter(isWorkloadTier).map(({ workload }) => workload.image)).toEqual(expected);
});
