import { describe, expect, test } from "vitest";
import { agreed, bgpOf, foreignTo, stateOf } from "./fixtures.ts";
import { parseNetstat } from "./md5-counters.ts";
import { noServices, renderServices } from "./services.ts";
import { readPassword, renderPasswords } from "./passwords.ts";
import { describeBird, planBird } from "./plan.ts";
import { sessionProblem } from "./session-problem.ts";
import { wantBird } from "./want.ts";

const file = { neighbor: "edge1", path: "/etc/p" };
const session = { ...agreed, passwordFile: "/etc/p" };
const want = wantBird(stateOf("host1", foreignTo(bgpOf("host1"), session)));

describe("a password file", () => {
  test.each([
    ["s3cret\n", "s3cret"],
    ["with blank and \\ and ' and #", "with blank and \\ and ' and #"],
    ["first\r\nsecond\n", "first"],
    ["x".repeat(80), "x".repeat(80)],
  ])("%j holds %j", (content, password) => expect(readPassword(file, content)).toEqual({ ...file, password }));

  test.each([
    [undefined, "no such file"],
    ["", "is empty"],
    ["\nsecond", "is empty"],
    ["x".repeat(81), "more than 80"],
    ['a"; password "b', "not printable"],
    ["pässword", "not ASCII"],
    ["a\tb", "not printable"],
  ])("%j does not", (content, words) =>
    expect(readPassword(file, content)).toEqual({ ...file, problem: expect.stringContaining(words) }),
  );

  test("that holds none leaves its session off", () => {
    expect(renderPasswords([readPassword(file, undefined)])).toContain("define 'lacking.edge1' = 1;");
    expect(renderPasswords([readPassword(file, "s3cret")])).toContain("define 'lacking.edge1' = 0;");
  });
});

describe("the plan", () => {
  const passwords = [readPassword(file, "s3cret"), readPassword({ ...file, neighbor: "edge2" }, undefined)];
  const settled = {
    engine: "Answers" as const,
    process: { pid: 7, startTicks: 70 },
    recorded: true,
    remains: true,
    killed: false,
    loaded: want.config?.digest ?? "",
    config: want.config?.text ?? "",
    servicesFile: renderServices(noServices),
    services: noServices,
    passwords,
    passwordsFile: renderPasswords(passwords),
  };
  const lines = (have: typeof settled | (Omit<typeof settled, "passwordsFile"> & { passwordsFile: null })) =>
    planBird(want, have).install.map(describeBird);

  test("demands what is missing, every time, and says nothing of passwords", () => {
    expect(lines(settled)).toEqual(["await the password of edge2 in /etc/p: there is no such file"]);
    expect(lines({ ...settled, passwordsFile: null }).join()).not.toContain("s3cret");
  });

  test("loads passwords that BIRD may not have", () => {
    expect(lines({ ...settled, passwordsFile: null })[0]).toBe("load a new BIRD configuration");
    expect(lines({ ...settled, passwords: [readPassword(file, "other"), ...passwords.slice(1)] })[0]).toBe(
      "load a new BIRD configuration",
    );
  });

  test("the configuration, its digest and the state do not depend on passwords", () => {
    expect(JSON.stringify(want)).not.toContain("s3cret");
  });
});

describe("what is wrong with a session", () => {
  const [edge1] = foreignTo(bgpOf("host1"), session).neighbors;
  const drops = { wrong: false, unsigned: false, unexpected: false };
  const down = { bgpState: "Active", lastError: null, imported: 0, state: "start" };
  const open = edge1 && { ...edge1, foreign: agreed };

  test.each([
    [{ ...down, bgpState: "Established", state: "up", imported: 1 }, edge1, drops, undefined],
    [{ ...down, bgpState: "Established", state: "up" }, edge1, drops, /^it sends no default route/],
    [down, edge1, { ...drops, wrong: true }, /^wrong password/],
    [down, edge1, { ...drops, unsigned: true }, /the password is missing there$/],
    [down, open, { ...drops, unexpected: true }, /it wants a password$/],
    [down, open, { ...drops, wrong: true }, /^it does not answer$/],
    [down, edge1, { ...drops, unexpected: true }, /^it does not answer$/],
    [
      { ...down, lastError: "Hold timer expired" },
      edge1,
      drops,
      /^it does not answer; last error: Hold timer expired$/,
    ],
    [{ ...down, state: "down" }, edge1, drops, /^\/etc\/p on this host holds no password$/],
  ])("%#", (protocol, neighbor, seen, words) => {
    const told = sessionProblem(protocol, neighbor, seen);
    if (words === undefined) expect(told).toBeUndefined();
    else expect(told).toMatch(words);
  });

  test("nothing is told of sessions with routers of ours", () => {
    expect(sessionProblem(down, bgpOf("host1").neighbors[0], { ...drops, wrong: true })).toBeUndefined();
  });
});

test("the kernel's counters are read by their names", () => {
  const text =
    "TcpExt: SyncookiesSent TCPMD5NotFound TCPMD5Unexpected TCPMD5Failure\nTcpExt: 9 0 3 1\nIpExt: A\nIpExt: 1\n";
  expect(parseNetstat(text)).toEqual({ wrong: true, unsigned: false, unexpected: true });
  expect(parseNetstat("")).toEqual({ wrong: false, unsigned: false, unexpected: false });
});
