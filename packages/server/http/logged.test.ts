import { expect, test } from "vitest";
import type { Instant, Milliseconds } from "@netwright/base";
import { logged } from "./logged.ts";

test("a request is told without its query, and answered as before", async () => {
  const told: unknown[] = [];
  const log = { debug: (event: string, fields?: object) => void told.push(event, fields) };
  let now = 0;
  const clock = { monotonic: () => (now += 2) as Instant & Milliseconds };
  const fetch = logged(() => new Response("no", { status: 404 }), clock, log);
  const response = await fetch(new Request("http://localhost/v1alpha1/hosts?name=secret"));
  expect(await response.text()).toBe("no");
  expect(told).toEqual(["Request", { method: "GET", path: "/v1alpha1/hosts", status: 404, took: 2 }]);
});
