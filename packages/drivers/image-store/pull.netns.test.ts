/** Images from a real registry, from layouts and archives, and from a registry that lies. Run through tools/sandbox. */
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isNetwrightError, parseImageReference, type StoredImageReference } from "@netwright/base";
import { nodeSystem } from "@netwright/system";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Progress } from "./fetched-image.ts";
import { blobPath, layerPath, layersDirectory, workDirectory } from "./layout.ts";
import { platformOf } from "./manifest.ts";
import { pullImage, resolveImage, type PullContext } from "./pull.ts";
import { listImages, readImage } from "./record.ts";
import { archive, buildImage, digestOf, directory, layoutFiles, writeLayout, type TestImage } from "./testing/images.ts";
import {
  credentials,
  startLyingRegistry,
  startRegistry,
  trustPlainRegistries,
  type DebianRegistry,
  type LyingRegistry,
} from "./testing/registries.ts";

const base = mkdtempSync(join(tmpdir(), "nw-pull-"));
afterAll(() => rmSync(base, { recursive: true, force: true }));
const ports = { open: 5000, closed: 5001, lying: 5002, nobody: 5003 };

const passwd = { name: "etc/passwd", content: "root:x:0:0::/root:/bin/sh\napp:x:1000:50::/srv/app:/bin/sh\n" };
const bottom = archive(
  directory("etc"),
  directory("bin"),
  passwd,
  { name: "bin/shop", content: "v1".repeat(5000), mode: 0o755 },
  { name: "old" },
);
const top = archive({ name: ".wh.old" }, directory("srv"), { name: "srv/page.html", content: "hello" });
const config = {
  Entrypoint: ["/bin/shop"],
  Cmd: ["--port", "80"],
  Env: ["MODE=shop"],
  WorkingDir: "/srv",
  User: "app",
  StopSignal: "SIGQUIT",
};
const shop: TestImage = { layers: [bottom, top], config };

let system = nodeSystem({ run: join(base, "run"), state: join(base, "none") });
let progress: Progress[] = [];
let stop = new AbortController();

beforeEach(() => {
  system = nodeSystem({ run: join(base, "run"), state: mkdtempSync(join(base, "state-")) });
  progress = [];
  stop = new AbortController();
});

/** Whatever happened, nothing half-done is left. */
afterEach(() => {
  const work = workDirectory(system.paths);
  expect(existsSync(work) ? readdirSync(work) : []).toEqual([]);
});

const contextOf = (change: Partial<PullContext> = {}): PullContext => ({
  system,
  access: { authFile: null },
  platform: platformOf(process.arch),
  limits: { octets: 2 ** 26, entries: 10_000 },
  signal: stop.signal,
  onProgress: (now) => progress.push(now),
  layersUnderWay: new Map(),
  ...change,
});

const named = (text: string): StoredImageReference => parseImageReference(text) as StoredImageReference;

async function pull(text: string, context = contextOf()) {
  const reference = named(text);
  const digest = await resolveImage(context, reference);
  return pullImage(context, reference, digest);
}

async function failure(action: Promise<unknown>): Promise<string> {
  const error: unknown = await action.then(
    () => "it worked",
    (reason: unknown) => reason,
  );
  expect(existsSync(layersDirectory(system.paths)) ? await listImages(system.files, system.paths) : []).toEqual([]);
  return isNetwrightError(error) ? `${error.code} ${error.message}` : String(error);
}

let registry: DebianRegistry;
let closed: DebianRegistry;
let lying: LyingRegistry;
const built = buildImage(shop);

beforeAll(async () => {
  trustPlainRegistries(...Object.values(ports));
  [registry, closed, lying] = await Promise.all([
    startRegistry(ports.open),
    startRegistry(ports.closed, true),
    startLyingRegistry(ports.lying, built),
  ]);
});
afterAll(() => Promise.all([registry, closed, lying].map((each) => each.stop())));

const fileOf = (id: Parameters<typeof layerPath>[1], path: string): string =>
  readFileSync(join(layerPath(system.paths, id), path), "utf8");

const expected = {
  digest: built.digest,
  layers: [
    { id: digestOf(bottom), size: bottom.length },
    { id: digestOf(top), size: top.length },
  ],
  entrypoint: ["/bin/shop"],
  cmd: ["--port", "80"],
  env: ["MODE=shop"],
  workingDir: "/srv",
  stopSignal: "SIGQUIT",
  user: { uid: 1000, gid: 50, groups: [], home: "/srv/app" },
};

describe("where images come from", () => {
  test.each(["gzip", "zstd", "none"] as const)(
    "a registry, layers %s: by tag, then known by digest",
    async (compression) => {
      const pushed = registry.push(`team/shop:${compression}`, { ...shop, compression });
      const record = await pull(`localhost:${ports.open}/team/shop:${compression}`);
      expect(record).toMatchObject({ ...expected, digest: pushed.digest });
      expect(fileOf(digestOf(top), "srv/page.html")).toBe("hello");
      expect(await readImage(system.files, system.paths, pushed.digest)).toEqual(record);
      expect(progress.at(-1)).toMatchObject({ step: "Unpacking" });
      const before = lying.asked.length;
      expect(await pull(`localhost:${ports.nobody}/gone@${pushed.digest}`)).toEqual(record);
      expect(lying.asked.length).toBe(before);
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
    const runner = system.runner;
    const watched = {
      ...system,
      runner: {
        run: (...call: Parameters<typeof runner.run>) => (commands.push(call[0].join(" ")), runner.run(...call)),
      },
    };
    expect(await pull(name, contextOf({ system: watched, access: { authFile } }))).toMatchObject(expected);
    expect(commands.length).toBeGreaterThan(1);
    expect(commands.join("\n")).toContain(authFile);
    expect(commands.join("\n")).not.toMatch(new RegExp(`${credentials.password}|${auth}`));
    const kept = spawnSync("grep", ["-rl", credentials.password, system.paths.state], { encoding: "utf8" });
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
    expect(readdirSync(layersDirectory(system.paths)).filter((name) => !name.includes(".")).length).toBe(2);
  });

  test("what an earlier try brought is not fetched again", async () => {
    lying.lie = (path, response, honest) => {
      if (path.endsWith(built.layers[1] ?? "")) response.writeHead(500).end();
      else honest();
    };
    const name = `localhost:${ports.lying}/shop:1`;
    expect(await failure(pull(name))).toMatch(/^NW1608/);
    lying.lie = (_path, _response, honest) => honest();
    lying.asked.length = 0;
    expect(await pull(name)).toMatchObject(expected);
    const blobs = lying.asked.filter((path) => path.includes("/blobs/"));
    expect(blobs.filter((path) => path.endsWith(built.layers[0] ?? ""))).toEqual([]);
  });
});

describe("a registry that", () => {
  const name = `localhost:${ports.lying}/shop:1`;
  const pinned = `localhost:${ports.lying}/shop@${built.digest}`;
  const other = buildImage({ layers: [archive({ name: "other" })] });
  const layer = built.layers[0] ?? "";

  test("is not there", async () => {
    expect(await failure(pull(`localhost:${ports.nobody}/shop:1`))).toMatch(
      /^NW1608 the registry cannot be reached: .*connection refused/,
    );
  });

  test("does not know it", async () => {
    expect(await failure(pull(`localhost:${ports.open}/never:1`))).toMatch(/^NW1609 the registry does not know it/);
  });

  test.each([
    ["sends another manifest for a digest", pinned, /\/manifests\//, other.manifest, /^NW1610/],
    ["sends junk for a manifest", name, /\/manifests\//, Buffer.from("<html>captive portal</html>"), /^NW1611/],
    ["sends JSON that is no manifest", name, /\/manifests\//, Buffer.from('{"schemaVersion":2}'), /^NW1611/],
    ["sends another configuration", name, new RegExp(built.config), Buffer.from("{}"), /^NW1610/],
    [
      "sends another layer",
      name,
      new RegExp(layer),
      other.blobs.get(other.layers[0] as never) ?? Buffer.alloc(1),
      /^NW1610/,
    ],
    ["sends junk for a layer", name, new RegExp(layer), Buffer.alloc(5000, "junk"), /^NW1610/],
  ] as const)("%s", async (_, text, which, octets, message) => {
    lying.lie = (path, response, honest) => {
      if (which.test(path))
        response.writeHead(200, { "content-type": "application/vnd.oci.image.manifest.v1+json" }).end(octets);
      else honest();
    };
    expect(await failure(pull(text))).toMatch(message);
  });

  test("sends a layer without end: stopped at what the manifest says", async () => {
    let sent = 0;
    lying.lie = (path, response, honest) => {
      if (!path.endsWith(layer)) return honest();
      const more = (): void => {
        while (!response.destroyed && sent < 2 ** 31) {
          sent += 2 ** 20;
          if (!response.write(Buffer.alloc(2 ** 20, 1))) break;
        }
      };
      response.on("drain", more).writeHead(200);
      more();
    };
    expect(await failure(pull(name))).toMatch(/^NW1610 the registry sent more/);
    expect(sent).toBeLessThan(2 ** 26);
  });

  test("falls silent in the middle: given up by the clock, tried again whole", async () => {
    lying.lie = (path, response, honest) => {
      if (path.endsWith(layer)) response.writeHead(200, { "content-length": 10_000 }).write("x");
      else honest();
    };
    let now = 0;
    const clock = { ...system.clock, monotonic: () => (now += 5000) as never };
    expect(await failure(pull(name, contextOf({ system: { ...system, clock } })))).toMatch(
      /^NW1608 the registry sent nothing for 60 s/,
    );
    lying.lie = (_path, _response, honest) => honest();
    expect(await pull(name)).toMatchObject(expected);
  });

  test("is waited for by nobody any more: the agent stops", async () => {
    lying.lie = (path, response, honest) => {
      if (!path.endsWith(layer)) return honest();
      response.writeHead(200).write("x");
      stop.abort();
    };
    expect(await failure(pull(name))).toMatch(/^NW1608/);
  });
});

describe("images that cannot be used here", () => {
  const layout = join(base, "bad");
  const bad = async (image: TestImage, change: (files: Map<string, Buffer>) => void = () => {}): Promise<string> => {
    rmSync(layout, { recursive: true, force: true });
    const built_ = buildImage(image);
    writeLayout(layout, { bad: built_ });
    const files = new Map(layoutFiles({ bad: built_ }));
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
    rmSync(join(system.paths.state, "images", directory), { recursive: true });
  const blob = blobPath(system.paths, built.layers[0] as never);
  writeFileSync(blob, Buffer.alloc(readFileSync(blob).length));
  expect(await failure(pull(name))).toMatch(/^NW161[01]/);
  expect(await pull(name)).toMatchObject(expected);
});
