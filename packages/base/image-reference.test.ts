import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isNetwrightError } from "./errors.ts";
import { formatImageReference, parseImageReference } from "./image-reference.ts";

const hex = "0123456789abcdef".repeat(4);
const digest = `sha256:${hex}`;
const canonical = (text: string): string => formatImageReference(parseImageReference(text));

test.each([
  ["host", "host"],
  ["registry.example.net/shop:1.4", "registry.example.net/shop:1.4"],
  ["registry.example.net:5000/a/b_c/d--e:1", "registry.example.net:5000/a/b_c/d--e:1"],
  ["localhost/shop", "localhost/shop:latest"],
  ["localhost:5000/shop", "localhost:5000/shop:latest"],
  ["192.0.2.7:5000/shop:1", "192.0.2.7:5000/shop:1"],
  ["Registry.Example.NET/shop:Beta", "registry.example.net/shop:Beta"],
  ["docker.io/nginx", "docker.io/library/nginx:latest"],
  ["index.docker.io/bitnami/nginx:1", "docker.io/bitnami/nginx:1"],
  [`ghcr.io/a/b@${digest}`, `ghcr.io/a/b@${digest}`],
  [`ghcr.io/a/b:1@${digest}`, `ghcr.io/a/b:1@${digest}`],
  ["oci:./shop-image", "oci:./shop-image"],
  ["oci:/srv/shop:v1", "oci:/srv/shop:v1"],
  ["oci-archive:/srv/shop image.tar", "oci-archive:/srv/shop image.tar"],
])("%s is read as %s", (text, expected) => {
  expect(canonical(text)).toBe(expected);
});

test.each([
  ["nginx", "name the registry too: docker.io/library/nginx"],
  ["nginx:1.27", "name the registry too: docker.io/library/nginx:1.27"],
  ["bitnami/nginx:1.27", "name the registry too: docker.io/bitnami/nginx:1.27"],
  ["docker://ghcr.io/a/b:1", "write it without a scheme: ghcr.io/a/b:1"],
  ["https://ghcr.io/a/b", "write it without a scheme: ghcr.io/a/b"],
  ["[2001:db8::5]:5000/shop:1", "give the registry a name, in DNS or /etc/hosts, instead of an address"],
  ["ghcr.io/Shop:1", "repositories are lower case: shop"],
  ["ghcr.io/a@sha256:abc", "a digest is sha256: and 64 hexadecimal digits"],
  [`ghcr.io/a@sha512:${hex}${hex}`, "a digest is sha256: and 64 hexadecimal digits"],
  ["ghcr.io/a:", "a tag has letters, digits, _ . and -, at most 128, and does not begin with . or -"],
  ["ghcr.io/a:-b", "a tag has letters, digits, _ . and -, at most 128, and does not begin with . or -"],
  [`ghcr.io/${"a".repeat(256)}`, "a repository has at most 255 characters"],
  ["oci:", "the directory of an OCI image, for example oci:/srv/images/shop"],
  ["oci-archive:", "the file of an OCI image, for example oci-archive:/srv/images/shop"],
  ["oci:/a\nb", "the directory of an OCI image, for example oci:/srv/images/shop"],
  ["oci:/a:b c", "oci:DIRECTORY:NAME, the name in the layout's index; no colon in the path"],
])("%s is refused: %s", (text, hint) => {
  try {
    parseImageReference(text);
    expect.unreachable();
  } catch (error) {
    expect(isNetwrightError(error) && error.code).toBe("NW1203");
    expect(isNetwrightError(error) && error.diagnostics[0]?.hint).toBe(hint);
  }
});

test.each([
  "",
  "HOST",
  "a b",
  "ghcr.io/",
  "ghcr.io//a",
  "ghcr.io/../a",
  "[::1/a",
  "[::zz]:5/a",
  "a:0/b",
  "a:65536/b",
  "-a.b/c",
])("%j is refused", (text) => {
  expect(() => parseImageReference(text)).toThrow("is not an image");
});

describe("whatever is written", () => {
  const word = fc.stringMatching(/^[a-z0-9]{1,6}$/);
  const repository = fc.array(word, { minLength: 1, maxLength: 4 }).map((parts) => parts.join("/"));
  const registry = fc.oneof(
    fc.tuple(word, word).map((parts) => parts.join(".")),
    fc.tuple(word, fc.integer({ min: 1, max: 65_535 })).map((parts) => parts.join(":")),
    fc.constantFrom("localhost", "docker.io", "index.docker.io"),
  );
  const tag = fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,10}$/);
  const written = fc
    .tuple(registry, repository, fc.option(tag), fc.boolean())
    .map(
      ([host, path, name, pinned]) => `${host}/${path}${name === null ? "" : `:${name}`}${pinned ? `@${digest}` : ""}`,
    );

  test("what the grammar allows is read, and its text is read as the same", () => {
    fc.assert(
      fc.property(written, (text) => {
        const reference = parseImageReference(text);
        expect(parseImageReference(formatImageReference(reference))).toEqual(reference);
        expect(reference).toMatchObject({ kind: "Registry" });
      }),
    );
  });

  test("anything else is refused with NW1203 and a hint, or read as something with one text", () => {
    const parts = fc.constantFrom(
      "a",
      ".",
      "/",
      ":",
      "@",
      "[",
      "]",
      "A",
      "-",
      "_",
      " ",
      "host",
      "oci:",
      "sha256:",
      digest,
      "é",
      "\0",
    );
    const junk = fc.oneof(
      fc.string({ unit: "grapheme" }),
      fc.array(parts, { maxLength: 12 }).map((all) => all.join("")),
    );
    fc.assert(
      fc.property(junk, (text) => {
        try {
          expect(canonical(canonical(text))).toBe(canonical(text));
        } catch (error) {
          expect(isNetwrightError(error) && error.code).toBe("NW1203");
          expect(isNetwrightError(error) && error.diagnostics[0]?.hint).toBeTruthy();
        }
      }),
      { numRuns: 2000 },
    );
  });
});
