/** Manifests, configurations and users of images: what is read and what is refused. */
import fc from "fast-check";
import { isNetwrightError } from "@netwright/base";
import { describe, expect, test } from "vitest";
import { parseImageConfig } from "./image-config.ts";
import { resolveUser } from "./image-user.ts";
import { choosePlatform, parseManifest, platformOf, type ManifestList } from "./manifest.ts";

const digest = `sha256:${"a".repeat(64)}`;
const oci = "application/vnd.oci.image";
const docker = "application/vnd.docker";
const config = { digest, size: 10, mediaType: `${oci}.config.v1+json` };
const layer = (mediaType: string) => ({ digest, size: 20, mediaType });
const manifest = (fields: object) =>
  JSON.stringify({ schemaVersion: 2, mediaType: `${oci}.manifest.v1+json`, config, layers: [], ...fields });
const refusal = (action: () => unknown): string => {
  try {
    action();
  } catch (error) {
    if (isNetwrightError(error) && error.code === "NW1611") return error.message;
    throw error;
  }
  return "read";
};

describe("manifests", () => {
  test.each([
    [`${oci}.layer.v1.tar`, "none"],
    [`${oci}.layer.v1.tar+gzip`, "gzip"],
    [`${oci}.layer.v1.tar+zstd`, "zstd"],
    [`${docker}.image.rootfs.diff.tar.gzip`, "gzip"],
  ])("a layer of type %s is compressed with %s", (type, compression) => {
    expect(parseManifest(manifest({ layers: [layer(type)] }))).toMatchObject({
      kind: "Image",
      layers: [{ compression }],
    });
  });

  test("types may be left out, and Docker's are known too", () => {
    const anonymous = { mediaType: undefined };
    expect(parseManifest(manifest(anonymous))).toMatchObject({ kind: "Image", config: { digest } });
    expect(parseManifest(manifest({ mediaType: `${docker}.distribution.manifest.v2+json` }))).toMatchObject({
      kind: "Image",
    });
    const entries = [{ ...layer(`${oci}.manifest.v1+json`), platform: { os: "linux", architecture: "arm64" } }];
    expect(parseManifest(manifest({ ...anonymous, manifests: entries }))).toMatchObject({ kind: "List" });
    const type = `${docker}.distribution.manifest.list.v2+json`;
    expect(parseManifest(manifest({ mediaType: type, manifests: entries }))).toMatchObject({ kind: "List" });
  });

  const refused: readonly (readonly [string, string])[] = [
    ["{", "is not a JSON object"],
    ["[]", "is not a JSON object"],
    [manifest({ schemaVersion: 1 }), "no longer used"],
    [manifest({ mediaType: "text/plain" }), "not of an image"],
    [manifest({ config: { ...config, digest: "sha256:../../x" } }), "without type, size or"],
    [manifest({ config: { ...config, size: -1 } }), "without type, size or"],
    [manifest({ config: null }), "without type, size or"],
    [manifest({ layers: {} }), "has no layers"],
    [manifest({ layers: [null] }), "without type, size or"],
    [manifest({ layers: [layer(`${docker}.image.rootfs.foreign.diff.tar.gzip`)] }), "which is no file system"],
    [manifest({ layers: [layer("application/wasm")] }), "which is no file system"],
    [manifest({ layers: Array.from({ length: 128 }, () => layer(`${oci}.layer.v1.tar`)) }), "more than 127"],
    [manifest({ annotations: { big: "x".repeat(4 * 2 ** 20) } }), "is larger than"],
  ];
  test.each(refused.map(([text, message], index) => ({ index, text, message })))(
    "$index is refused: $message",
    ({ text, message }) => {
      expect(refusal(() => parseManifest(text))).toContain(message);
    },
  );

  test("whatever JSON there is: it is read or refused with NW1611", () => {
    fc.assert(fc.property(fc.json(), (text) => void refusal(() => parseManifest(text))));
    fc.assert(fc.property(fc.json(), (text) => void refusal(() => parseImageConfig(text))));
    const parts = fc.record({
      schemaVersion: fc.constant(2),
      config: fc.jsonValue(),
      layers: fc.jsonValue(),
      manifests: fc.array(fc.jsonValue()),
    });
    fc.assert(fc.property(parts, (fields) => void refusal(() => parseManifest(JSON.stringify(fields)))));
  });
});

describe("platforms", () => {
  const entry = (architecture: string, size: number, variant?: string) => ({
    digest: digest as ManifestList["entries"][number]["digest"],
    mediaType: "",
    size,
    name: null,
    platform: { os: "linux", architecture, ...(variant === undefined ? {} : { variant }) },
  });
  const unknown = { ...entry("", 9), platform: null };

  test("the machine's own is chosen, its variant before others", () => {
    const list: ManifestList = {
      kind: "List",
      entries: [unknown, entry("amd64", 1), entry("arm64", 2), entry("arm", 3, "v6"), entry("arm", 4, "v7")],
    };
    expect(choosePlatform(list, platformOf("x64")).size).toBe(1);
    expect(choosePlatform(list, platformOf("arm64")).size).toBe(2);
    expect(choosePlatform(list, platformOf("arm")).size).toBe(4);
    expect(refusal(() => choosePlatform(list, platformOf("riscv64")))).toBe(
      "it is made for linux/amd64, linux/arm64, linux/arm/v6, linux/arm/v7, not for linux/riscv64",
    );
    expect(refusal(() => choosePlatform({ kind: "List", entries: [unknown] }, platformOf("x64")))).toContain(
      "no machine that it names",
    );
  });
});

describe("configurations", () => {
  const text = (fields: object, own: object = {}) =>
    JSON.stringify({
      os: "linux",
      architecture: "amd64",
      rootfs: { type: "layers", diff_ids: [digest] },
      config: fields,
      ...own,
    });

  test("everything that decides how to run it is read", () => {
    const fields = {
      Entrypoint: ["/shop"],
      Cmd: ["--quiet"],
      Env: ["A=1", "B=x=y", "junk", "=x"],
      WorkingDir: "srv",
      User: "app:web",
      StopSignal: "QUIT",
    };
    expect(parseImageConfig(text(fields))).toEqual({
      platform: { os: "linux", architecture: "amd64" },
      diffIds: [digest],
      entrypoint: ["/shop"],
      cmd: ["--quiet"],
      env: ["A=1", "B=x=y"],
      workingDir: "/srv",
      user: "app:web",
      stopSignal: "SIGQUIT",
    });
    expect(parseImageConfig(text({ Entrypoint: null }))).toMatchObject({
      entrypoint: [],
      workingDir: "/",
      user: "",
      stopSignal: "SIGTERM",
    });
    expect(parseImageConfig(text({ StopSignal: "28" })).stopSignal).toBe("SIGWINCH");
    expect(parseImageConfig(text({ StopSignal: "SIGRTMIN+3" })).stopSignal).toBe("SIGRTMIN+3");
  });

  test.each([
    [text({ Entrypoint: "/shop" }), "no list of texts"],
    [text({ Cmd: ["a\0b"] }), "no list of texts"],
    [text({ WorkingDir: "/a/../../b" }), "no path"],
    [text({ StopSignal: "SIGTERM; rm -rf /" }), "which is none"],
    [text({ StopSignal: "99" }), "which is none"],
    [text({}, { os: undefined }), "no platform"],
    [text({}, { rootfs: { diff_ids: ["sha256:x"] } }), "without a SHA-256 digest"],
  ])("%.60s is refused: %s", (whole, message) => {
    expect(refusal(() => parseImageConfig(whole))).toContain(message);
  });
});

describe("users", () => {
  const passwd =
    "root:x:0:0:root:/root:/bin/sh\n# junk\napp:x:1000:50::/srv/app:/bin/false\n77:x:5:6::/five:\nbad:x:y:z\nhuge:x:4294967295:0::/:\n";
  const group = "root:x:0:\nstaff:x:50:app\nweb:x:60:www,app\nlog:x:40:app\n";

  test.each([
    ["", { uid: 0, gid: 0, groups: [], home: "/root" }],
    ["0", { uid: 0, gid: 0, groups: [], home: "/root" }],
    ["app", { uid: 1000, gid: 50, groups: [40, 60], home: "/srv/app" }],
    ["1000", { uid: 1000, gid: 50, groups: [40, 60], home: "/srv/app" }],
    ["app:web", { uid: 1000, gid: 60, groups: [], home: "/srv/app" }],
    ["app:99", { uid: 1000, gid: 99, groups: [], home: "/srv/app" }],
    ["2000", { uid: 2000, gid: 0, groups: [], home: null }],
    ["2000:60", { uid: 2000, gid: 60, groups: [], home: null }],
    ["77", { uid: 5, gid: 6, groups: [], home: "/five" }],
  ])("%j is %j", (user, expected) => {
    expect(resolveUser(user, passwd, group)).toEqual(expected);
  });

  test.each([
    ["nobody", "does not know its user"],
    ["bad", "does not know its user"],
    ["huge", "does not know its user"],
    ["app:x", "does not know its group"],
    ["app:", "is none"],
    ["a:b:c", "is none"],
    ["-1", "does not know"],
    ["99999999999", "does not know"],
  ])("%j is refused: %s", (user, message) => {
    expect(refusal(() => resolveUser(user, passwd, group))).toContain(message);
  });

  test("an image without the files has users by number only", () => {
    expect(resolveUser("", "", "")).toEqual({ uid: 0, gid: 0, groups: [], home: null });
    expect(refusal(() => resolveUser("app", "", ""))).toContain("does not know");
  });
});
