/** What a registry may do that is slow, gone, or lies. Run through tools/sandbox. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { archive, buildImage } from "./testing/images.ts";
import { pullingHost, shop, shopRecord } from "./testing/pulls.ts";
import { startLyingRegistry, trustPlainRegistries, type LyingRegistry } from "./testing/registries.ts";

const host = pullingHost();
const { contextOf, pull, failure } = host;
const ports = { lying: 5012, nobody: 5013 };

let lying: LyingRegistry;
const built = buildImage(shop);
const expected = { ...shopRecord, digest: built.digest };

beforeAll(async () => {
  trustPlainRegistries(...Object.values(ports));
  lying = await startLyingRegistry(ports.lying, built);
});
afterAll(() => lying.stop());

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
    lying.lie = (_path, response) => {
      const type = { "content-type": "application/json" };
      response.writeHead(404, type).end('{"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest unknown"}]}');
    };
    expect(await failure(pull(name))).toMatch(/^NW1609 the registry does not know it/);
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
    const clock = { ...host.system.clock, monotonic: () => (now += 5000) as never };
    expect(await failure(pull(name, contextOf({ system: { ...host.system, clock } })))).toMatch(
      /^NW1608 the registry sent nothing for 60 s/,
    );
    lying.lie = (_path, _response, honest) => honest();
    expect(await pull(name)).toMatchObject(expected);
  });

  test("is waited for by nobody any more: the agent stops", async () => {
    lying.lie = (path, response, honest) => {
      if (!path.endsWith(layer)) return honest();
      response.writeHead(200).write("x");
      host.stop.abort();
    };
    expect(await failure(pull(name))).toMatch(/^NW1608/);
  });

  test("fails in the middle: what it brought is not fetched again", async () => {
    lying.lie = (path, response, honest) => {
      if (path.endsWith(built.layers[1] ?? "")) response.writeHead(500).end();
      else honest();
    };
    expect(await failure(pull(name))).toMatch(/^NW1608/);
    lying.lie = (_path, _response, honest) => honest();
    lying.asked.length = 0;
    expect(await pull(name)).toMatchObject(expected);
    const blobs = lying.asked.filter((path) => path.includes("/blobs/"));
    expect(blobs.filter((path) => path.endsWith(built.layers[0] ?? ""))).toEqual([]);
  });
});
