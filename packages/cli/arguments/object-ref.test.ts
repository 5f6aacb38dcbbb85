import { expect, test } from "vitest";
import { parseKind, parseRefs, refText, toApiRef } from "./object-ref.ts";

const names = (args: readonly string[], project?: string): readonly string[] => parseRefs(args, project).map(refText);

test.each([
  [["service/shop"], ["service/shop"]],
  [
    ["services/shop", "svc/mail"],
    ["service/shop", "service/mail"],
  ],
  [
    ["service", "shop", "mail"],
    ["service/shop", "service/mail"],
  ],
  [["Host/host1"], ["host/host1"]],
  [["pool/default"], ["addresspool/default"]],
  [["team/service/mail"], ["team/service/mail"]],
])("%j", (args, refs) => {
  expect(names(args)).toEqual(refs);
});

test("projects are for kinds that have them", () => {
  expect(parseRefs(["service/shop"], "team").map(toApiRef)).toEqual([
    { kind: "Service", name: "shop", project: "team" },
  ]);
  expect(parseRefs(["host/host1"], "team").map(toApiRef)).toEqual([{ kind: "Host", name: "host1" }]);
});

test.each([
  [[]],
  [["service"]],
  [["service/"]],
  [["service/shop/more"]],
  [["a/service/shop/more"]],
  [["service/shop", "mail"]],
])("%j names no object", (args) => {
  expect(() => parseRefs(args)).toThrow(expect.objectContaining({ code: "NW1001" }) as Error);
});

test("a kind that was mistyped is suggested; one that is only in files is none", () => {
  const hint = (word: string): string => {
    try {
      return parseKind(word).kind;
    } catch (error) {
      return (error as { diagnostics: readonly { hint: string }[] }).diagnostics[0]?.hint ?? "";
    }
  };
  expect(hint("servics")).toBe("did you mean services?");
  expect(hint("zzzzzz")).toBe(
    "known kinds: addresspools, projects, networks, certificateissuers, routers, hosts, secrets, configs, services, contracts, instances, volumes",
  );
  expect(hint("lab")).toContain("known kinds");
});
