import { expect, test } from "vitest";
import { keptTerminal } from "../testing/terminal.ts";
import type { Invocation } from "../verb.ts";
import { connect, endpointOf, usesLab } from "./connection.ts";

const invocation = (options: Invocation["options"], env: Readonly<Record<string, string>> = {}): Invocation => ({
  terminal: keptTerminal({ env }),
  args: [],
  options,
});

const labs = async (name = "default") => ({ socketPath: `/labs/${name}`, tokenPath: `/labs/${name}.token` });
const noLab = async () => undefined;

const environment = {
  NETWRIGHT_SERVER: "https://env:7443",
  NETWRIGHT_TOKEN_FILE: "/env.token",
  NETWRIGHT_CA_FILE: "/env.pem",
  NETWRIGHT_LAB: "fromEnv",
};

const fromEnvironment = { server: "https://env:7443", tokenFile: "/env.token", caFile: "/env.pem" };

test("flags come before the environment, each for itself", async () => {
  const flags = { server: "https://flag:7443", tokenFile: "/flag.token" };
  expect(await endpointOf(invocation(flags, environment), labs)).toEqual({ ...flags, caFile: "/env.pem" });
  expect(await endpointOf(invocation({ caFile: "/flag.pem" }, environment), labs)).toEqual({
    ...fromEnvironment,
    caFile: "/flag.pem",
  });
});

test("a server in the environment comes before the lab that is up, but not before one that was named", async () => {
  expect(await endpointOf(invocation({}, environment), labs)).toEqual(fromEnvironment);
  expect(await endpointOf(invocation({ lab: "mine" }, environment), labs)).toMatchObject({ server: "unix:/labs/mine" });
  expect(usesLab(invocation({ lab: "mine" }, environment))).toBe(true);
  expect(usesLab(invocation({}, environment))).toBe(false);
});

test("without either it is the lab: named by the environment, else the one there is", async () => {
  expect(await endpointOf(invocation({}, { NETWRIGHT_LAB: "fromEnv" }), labs)).toEqual({
    server: "unix:/labs/fromEnv",
    tokenFile: "/labs/fromEnv.token",
    caFile: undefined,
  });
  expect(await endpointOf(invocation({}), labs)).toMatchObject({ server: "unix:/labs/default" });
  await expect(endpointOf(invocation({}), noLab)).rejects.toMatchObject({ code: "NW1505" });
});

test("contradictions and gaps are named", async () => {
  await expect(endpointOf(invocation({ lab: "a", server: "unix:/b" }), labs)).rejects.toMatchObject({ code: "NW1002" });
  await expect(endpointOf(invocation({ server: "unix:/b" }), labs)).rejects.toMatchObject({ code: "NW1002" });
});

test("a token file that cannot be read is an error of its own", async () => {
  const unreadable = invocation({ server: "unix:/b", tokenFile: "/nowhere/token" });
  await expect(connect(unreadable)).rejects.toMatchObject({ code: "NW1101" });
});
