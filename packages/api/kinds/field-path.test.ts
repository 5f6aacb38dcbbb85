import fc from "fast-check";
import { expect, test } from "vitest";
import { formatPath, parsePath } from "./field-path.ts";

test("paths are written as people know them", () => {
  expect(formatPath(["spec", "tiers", 0, "workload", "port"])).toBe("spec.tiers[0].workload.port");
  expect(formatPath(["metadata", "labels", "example.net/team"])).toBe('metadata.labels["example.net/team"]');
  expect(formatPath([])).toBe("");
});

test("text that is no path is told from one", () => {
  expect(parsePath("spec..tiers")).toBeUndefined();
  expect(parsePath("spec tiers")).toBeUndefined();
  expect(parsePath("")).toEqual([]);
});

test("every path can be read back", () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.string(), fc.nat(99_999_999)), { maxLength: 6 }), (path) => {
      expect(parsePath(formatPath(path))).toEqual(path);
    }),
  );
});
