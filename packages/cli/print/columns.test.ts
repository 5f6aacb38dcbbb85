import { expect, test } from "vitest";
import { condition, wireObject } from "../testing/objects.ts";
import { columnsOf, stateOf, valueAt } from "./columns.ts";

const row = (object: Parameters<typeof stateOf>[0], wide = false): Record<string, string> =>
  Object.fromEntries(columnsOf(object.kind, wide).map(({ title, value }) => [title, value(object)]));

test("a value by its path; nothing where the path ends early", () => {
  expect(valueAt({ a: { b: [1] } }, "a.b")).toEqual([1]);
  expect(valueAt({ a: {} }, "a.b.c")).toBeUndefined();
  expect(valueAt(undefined, "a")).toBeUndefined();
});

test("the state is Ready, or the reason of the first rung that is not true", () => {
  const at = (...conditions: readonly unknown[]) => stateOf(wireObject("Service", "shop", { status: { conditions } }));
  expect(at(condition("Accepted", "True"), condition("Ready", "True"))).toBe("Ready");
  expect(
    at(condition("Accepted", "True"), condition("Placed", "False", { reason: "NoRoom" }), condition("Ready", "False")),
  ).toBe("NoRoom");
  expect(at(condition("Ready", "Unknown", { reason: "Unmanaged" }))).toBe("Unmanaged");
  expect(at()).toBe("-");
});

test("a service", () => {
  const instance = (phase: string, host: string) => ({ phase, host });
  const service = wireObject("Service", "shop", {
    spec: {
      expose: [
        { protocol: "HTTPS", hostname: "shop.example.net", port: 443 },
        { protocol: "UDP", hostname: "echo.example.net", port: 7 },
      ],
    },
    status: {
      addresses: [{ address: "2001:db8:100::1" }],
      instances: [instance("Ready", "host2"), instance("Draining", "host1"), instance("Ready", "host2")],
    },
  });
  expect(row(service)).toEqual({
    NAME: "shop",
    STATUS: "-",
    READY: "2/3",
    ADDRESS: "2001:db8:100::1",
    HOSTS: "host1,host2",
    URL: "https://shop.example.net/,udp://echo.example.net:7",
  });
  const many = Array.from({ length: 12 }, (_, index) => instance("Ready", `host${index}`));
  expect(row(wireObject("Service", "shop", { status: { instances: many } }))["HOSTS"]).toBe("12 hosts");
});

test("routers of others have no sessions to tell", () => {
  const sessions = [{ state: "Established" }, { state: "Down" }];
  expect(row(wireObject("Router", "edge1", { spec: { managed: true }, status: { sessions } }))["SESSIONS"]).toBe("1/2");
  expect(row(wireObject("Router", "provider", { spec: { managed: false } }))["SESSIONS"]).toBe("-");
});

test("wide has the narrow columns first; a kind without a table has its name", () => {
  expect(columnsOf("Host", true).slice(0, 3)).toEqual(columnsOf("Host", false).slice(0, 3));
  expect(columnsOf("Host", true).length).toBeGreaterThan(columnsOf("Host", false).length);
  expect(columnsOf("Lab", false).map(({ title }) => title)).toEqual(["NAME"]);
});
