import { expect, test } from "vitest";
import { parseRefs, refText } from "./object-ref.ts";
import { referrersFirst } from "./referrers-first.ts";

test("a pool goes after the services that have their address from it, and a project last", () => {
  const named = [
    "project/team",
    "secret/eab",
    "issuer/acme",
    "router/edge1",
    "addresspool/default",
    "host/host1",
    "service/b",
    "service/a",
  ];
  expect(referrersFirst(named.flatMap((each) => parseRefs([each]))).map(refText)).toEqual([
    "service/b",
    "service/a",
    "certificateissuer/acme",
    "secret/eab",
    "addresspool/default",
    "host/host1",
    "router/edge1",
    "project/team",
  ]);
});
