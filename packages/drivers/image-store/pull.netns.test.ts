/** Images from a real registry, from layouts and from archives. Run through tools/sandbox. */
import { execFileSync, spawnSync } from "node:child_process";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isNetwrightError } from "@netwright/base";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { blobPath, layerPath, layersDirectory } from "./layout.ts";
import { pullImage } from "./pull.ts";
import { readImage } from "./record.ts";
import { archive, buildImage, digestOf, layoutFiles, writeLayout, type TestImage } from "./testing/images.ts";
import { bottom, config, named, pullingHost, shop, shopRecord, top } from "./testing/pulls.ts";
import { credentials, startRegistry, trustPlainRegistries, type DebianRegistry } from "./testing/registries.ts";

const host = pullingHost();
const { base, contextOf, pull, failure } = host;
const ports = { open: 5000, closed: 5001, nobody: 5003 };

let registry: DebianRegistry;
let closed: DebianRegistry;
const built = buildImage(shop);
const expected = { ...shopRecord, digest: built.digest };

beforeAll(async () => {
  trustPlainRegistries(...Object.values(ports));
  [registry, closed] = await Promise.all([startRegistry(ports.open), startRegistry(ports.closed, true)]);
});
afterAll(() => Promise.all([registry, closed].map((each) => each.stop())));

const fileOf = (id: Parameters<typeof layerPath>[1], path: string): string =>
  readFileSync(join(layerPath(host.system.paths, id), path), "utf8");

describe("where images come from", () => {
  test.each(["gzip", "zstd", "none"] as const)(
    "a registry, layers %s: by tag, then known by digest",
    async (compression) => {
      const pushed = registry.push(`team/shop:${compression}`, { ...shop, compression });
      const record = await pull(`localhost:${ports.open}/team/shop:${compression}`);
      expect(record).toMatchObject({ ...expected, digest: pushed.digest });
      expect(fileOf(digestOf(top), "srv/page.html")).toBe("hello");
      expect(await readImage(host.system.files, host.system.paths, pushed.digest)).toEqual(record);
      expect(host.progress.at(-1)).toMatchObject({ step: "Unpacking" });
      expect(await pull(`localhost:${ports.nobody}/gone@${pushed.digest}`)).toEqual(record);
    },
  );

  test("a layout, by name or alone; and an archive of it, as skopeo and tar make them", async () => {
    const [one, two] = [join(base, "one"), join(base, "two")];
    writeLayout(one, { "1.0": built });
    writeLayout(two, { "1.0": built, "2.0": buildImage({ layers: [bottom], config }) });
    expect(await pull(`oci:${one}`)).toMatchObject(expected);
    expect(await pull(`oci:${two}:1.0`)).toMatchObject(expected);
    expect(await failureOf(`oci:${two}`)).toBe("NW1609 it holds 2 images: there are 1.0, 2.0");
    expect(await failureOf(`oci:${two}:3.0`)).toBe("NW1609 it holds no image 3.0: there are 1.0, 2.0");
    execFileSync("skopeo", ["copy", "--quiet", `oci:${one}:1.0`, `oci-archive:${base}/skopeo.tar`]);
    execFileSync("tar", ["-cf", `${base}/tar.tar`, "-C", one, "."]);
    for (const name of ["skopeo.tar", "tar.tar"])
      expect(await pull(`oci-archive:${base}/${name}`)).toMatchObject(expected);
  });

  const failureOf = async (text: string): Promise<string> => {
    const error: unknown = await pull(text).catch((reason: unknown) => reason);
    return isNetwrightError(error) ? `${error.code} ${error.message}` : "it worked";
  };

  test("an image that umoci made, and one that was Docker's", async () => {
    const layout = join(base, "umoci");
    execFileSync("umoci", ["init", "--layout", layout]);
    execFileSync("umoci", ["new", "--image", `${layout}:1`]);
    writeFileSync(join(base, "layer.tar"), bottom);
    execFileSync("umoci", ["raw", "add-layer", "--image", `${layout}:1`, join(base, "layer.tar")]);
    execFileSync("umoci", ["config", "--image", `${layout}:1`, "--config.user=app", "--config.cmd=/bin/shop"]);
    expect(await pull(`oci:${layout}:1`)).toMatchObject({ cmd: ["/bin/shop"], user: { uid: 1000 } });
    const to = `docker://localhost:${ports.open}/docker:1`;
    execFileSync("skopeo", ["copy", "--quiet", "--format=v2s2", `oci:${layout}:1`, to]);
    const raw = execFileSync("skopeo", ["inspect", "--raw", to]);
    expect(raw.toString()).toContain("vnd.docker.distribution.manifest.v2");
    const record = await pull(`localhost:${ports.open}/docker:1`);
    expect(record).toMatchObject({ digest: digestOf(raw), cmd: ["/bin/shop"], user: { uid: 1000 } });
  });

  test("a registry with passwords: with the file, without it, and the password is nowhere", async () => {
    closed.push("private:1", shop);
    const name = `localhost:${ports.closed}/private:1`;
    expect(await failure(pull(name))).toMatch(/^NW1609 the registry does not let this host have it/);
    const authFile = join(base, "auth.json");
    const auth = Buffer.from(`${credentials.user}:${credentials.password}`).toString("base64");
    writeFileSync(authFile, JSON.stringify({ auths: { [`localhost:${ports.closed}`]: { auth } } }), { mode: 0o600 });
    const commands: string[] = [];
    const runner = host.system.runner;
    const watched = {
      ...host.system,
      runner: {
        ...runner,
        run: (...call: Parameters<typeof runner.run>) => (commands.push(call[0].join(" ")), runner.run(...call)),
      },
    };
    expect(await pull(name, contextOf({ system: watched, access: { authFile } }))).toMatchObject(expected);
    expect(commands.length).toBeGreaterThan(1);
    expect(commands.join("\n")).toContain(authFile);
    expect(commands.join("\n")).not.toMatch(new RegExp(`${credentials.password}|${auth}`));
    const kept = spawnSync("grep", ["-rl", credentials.password, host.system.paths.state], { encoding: "utf8" });
    expect(kept).toMatchObject({ status: 1, stdout: "" });
  });
});

describe("layers are shared", () => {
  test("two images with one base unpack it once, also at the same time, and fetch it once", async () => {
    registry.push("shared/one:1", shop);
    registry.push("shared/two:1", { layers: [bottom], config });
    const context = contextOf();
    const [one, two] = await Promise.all(
      ["one", "two"].map((name) => pull(`localhost:${ports.open}/shared/${name}:1`, context)),
    );
    expect(one?.layers[0]).toEqual(two?.layers[0]);
    expect(readdirSync(layersDirectory(host.system.paths)).filter((name) => !name.includes(".")).length).toBe(2);
  });
});

describe("images that cannot be used here", () => {
  const layout = join(base, "bad");
  const bad = async (image: TestImage, change: (files: Map<string, Buffer>) => void = () => {}): Promise<string> => {
    rmSync(layout, { recursive: true, force: true });
    const own = buildImage(image);
    writeLayout(layout, { bad: own });
    const files = new Map(layoutFiles({ bad: own }));
    change(files);
    for (const [path, octets] of files) writeFileSync(join(layout, path), octets);
    return failure(pull(`oci:${layout}`));
  };

  test.each([
    ["for other machines", { ...shop, architecture: "s390x" }, /^NW1611 it is made for linux\/s390x/],
    [
      "with a user that it does not know",
      { layers: [bottom], config: { User: "nobody" } },
      /^NW1611 its \/etc\/passwd does not know/,
    ],
    [
      "with a device",
      { layers: [bottom, archive({ name: "dev/mem", type: "3" })] },
      /^NW1611 a layer has a device node/,
    ],
    ["without layers", { layers: [] }, /^NW1611 it has no layers/],
    [
      "with links for its list of users",
      { layers: [archive({ name: "etc/passwd", type: "2", linkName: "/etc/passwd" })], config: { User: "root" } },
      /^NW1611/,
    ],
  ] as const)("%s", async (_, image, message) => {
    expect(await bad(image as TestImage)).toMatch(message);
  });

  test("whose layout was changed by hand", async () => {
    const path = (digest: string) => `blobs/sha256/${digest.slice(7)}`;
    const put = (digest: string, text: string) => (files: Map<string, Buffer>) =>
      void files.set(path(digest), Buffer.from(text));
    expect(await bad(shop, put(built.digest, "{}"))).toMatch(/^NW1610 its manifest/);
    expect(await bad(shop, put(built.config, "{}"))).toMatch(/^NW1610 its configuration/);
    expect(await bad(shop, put(built.layers[0] ?? "", "x"))).toMatch(/^NW161[01]/);
    rmSync(join(layout, path(built.layers[0] ?? "")));
    expect(await failure(pull(`oci:${layout}`))).toMatch(/^NW1609 a layer of it is not there/);
    rmSync(layout, { recursive: true });
    expect(await failure(pull(`oci:${layout}`))).toMatch(/^NW1609 its index is not there/);
    expect(await failure(pull(`oci-archive:${layout}.tar`))).toMatch(/^NW1609/);
  });

  test("that are not what their tier runs", async () => {
    writeLayout(layout, { a: buildImage({ layers: [bottom] }) });
    const reference = named(`oci:${layout}`);
    expect(await failure(pullImage(contextOf(), reference, built.digest))).toMatch(
      /^NW1610 it is sha256:.* here, but its tier runs/,
    );
  });

  test("that are larger than allowed", async () => {
    const large = contextOf({ limits: { octets: 2000, entries: 100 } });
    writeLayout(layout, { a: built });
    expect(await failure(pull(`oci:${layout}:a`, large))).toMatch(/^NW1611 a layer has more than 2000 octets/);
  });
});

test("a blob that was damaged in the store is fetched anew", async () => {
  registry.push("damaged:1", shop);
  const name = `localhost:${ports.open}/damaged:1`;
  await pull(name);
  for (const directory of ["layers", "records"])
    rmSync(join(host.system.paths.state, "images", directory), { recursive: true });
  const blob = blobPath(host.system.paths, built.layers[0] as never);
  writeFileSync(blob, Buffer.alloc(readFileSync(blob).length));
  expect(await failure(pull(name))).toMatch(/^NW161[01]/);
  expect(await pull(name)).toMatchObject(expected);
});
