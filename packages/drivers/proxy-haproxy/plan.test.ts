import type { Instant } from "@netwright/base";
import { expect, test } from "vitest";
import { member, shop } from "./example.ts";
import { layoutOf } from "./layout.ts";
import type { InstanceHave, ProxyHave } from "./observe.ts";
import type { RuntimeMember } from "./parse.ts";
import { describe, plan, stopPatience } from "./plan.ts";
import { render } from "./render.ts";
import { membersOf, type ProxyInstance, type ProxyWant } from "./want.ts";

const paths = { run: "/run/netwright", state: "/var/lib/netwright" };
const now = 1_000_000 as Instant;
const pid = { pid: 7, startTicks: 70 };

/** What a process that loaded exactly this instance shows. */
function running(instance: ProxyInstance, change: Partial<InstanceHave> = {}): InstanceHave {
  const layout = layoutOf(paths, instance.name);
  const { structure, files } = render(instance, layout);
  const members = membersOf(instance.run).map(({ health: _, ...one }): RuntimeMember => ({
    ...one,
    status: "Up",
    check: "L7OK",
    sessions: 0,
    requests: 0,
    errors: 0,
  }));
  return {
    processes: [pid],
    newest: pid,
    live: { pid: 7, structure, members, fingerprints: new Map(), challenges: new Map() },
    files: new Map(files.map(({ path, content }) => [path, content])),
    kept: files.map(({ path }) => path).filter((path) => /\.(pem|crt)$/.test(path)),
    stoppingSince: null,
    ...change,
  };
}

function lines(want: ProxyWant, instances: Record<string, InstanceHave>): { install: string[]; retire: string[] } {
  const have: ProxyHave = { paths, now, instances: new Map(Object.entries(instances)) };
  const { install, retire } = plan(want, have);
  return { install: install.map(describe), retire: retire.map(describe) };
}

const name = "default.shop-proxy-1";

test("what is as wanted is left alone", () => {
  expect(lines([shop()], { [name]: running(shop()) })).toEqual({ install: [], retire: [] });
});

test("nothing there, or nobody answering: start", () => {
  expect(lines([shop()], {}).install).toEqual([`start proxy ${name}`]);
  expect(lines([shop()], { [name]: running(shop(), { live: null }) }).install).toEqual([`start proxy ${name}`]);
});

test("without a private key nothing is started or loaded anew that needs it; the rest changes", () => {
  const without = { ...shop({}, [member(2)]), pems: new Map() };
  expect(lines([without], {})).toEqual({ install: [], retire: [] });
  const kept = running(shop());
  expect(lines([without], { [name]: kept })).toEqual({
    install: [`write configuration of proxy ${name}`],
    retire: [`remove member web/shop-web-1 from proxy ${name}`],
  });
  // The file of a process that ended is there as long as the host is up.
  expect(lines([without], { [name]: { ...kept, live: null } }).install).toEqual([`start proxy ${name}`]);
  const lost = { ...running(without), live: null };
  expect(lines([without], { [name]: lost })).toEqual({ install: [], retire: [] });
});

test("members change at run time; additions come before removals, the file in between", () => {
  const have = { [name]: running(shop({}, [member(1), member(2)])) };
  expect(lines([shop({}, [member(2), member(3)])], have)).toEqual({
    install: [`add member web/shop-web-3 at [fd00::3]:8080 to proxy ${name}`, `write configuration of proxy ${name}`],
    retire: [`remove member web/shop-web-1 from proxy ${name}`],
  });
});

test("a member that serves waits for one that comes; one that serves nobody does not, nor where none comes", () => {
  const have = running(shop({}, [member(1)]));
  const waits = (want: ProxyInstance, found: InstanceHave): readonly unknown[] =>
    plan([want], { paths, now, instances: new Map([[name, found]]) }).retire.map(
      (change) => change.kind === "RemoveMember" && change.after,
    );
  expect(waits(shop({}, [member(2)]), have)).toEqual([["web/shop-web-2"]]);
  expect(waits(shop({}, []), have)).toEqual([[]]);
  const members = have.live?.members.map((one) => ({ ...one, status: "Down" as const })) ?? [];
  const live = have.live === null ? null : { ...have.live, members };
  expect(waits(shop({}, [member(2)]), { ...have, live })).toEqual([[]]);
});

test("a member that moved keeps its place; one that rests is enabled", () => {
  const have = { [name]: running(shop({}, [member(1)])) };
  const { install } = lines([shop({}, [{ ...member(1), port: 9 }])], have);
  expect(install).toEqual([
    `move member web/shop-web-1 of proxy ${name} to [fd00::1]:9`,
    `write configuration of proxy ${name}`,
  ]);
  const resting = running(shop({}, [member(1)]));
  const members = resting.live?.members.map((one) => ({ ...one, status: "Maintenance" as const })) ?? [];
  const live = resting.live === null ? null : { ...resting.live, members };
  expect(lines([shop({}, [member(1)])], { [name]: { ...resting, live } }).install).toEqual([
    `enable member web/shop-web-1 of proxy ${name}`,
  ]);
});

test("what an authority asks for is answered at run time, and forgotten so", () => {
  const challenges = [{ token: "abc", answer: "abc.key" }];
  const path = "/.well-known/acme-challenge/abc";
  const asked = shop({ challenges });
  const written = `write configuration of proxy ${name}`;
  expect(lines([asked], { [name]: running(shop()) }).install).toEqual([`answer ${path} in proxy ${name}`, written]);
  const { live, ...rest } = running(asked);
  const answers = (answer: string) => ({
    [name]: { ...rest, live: live === null ? null : { ...live, challenges: new Map([[path, answer]]) } },
  });
  expect(lines([asked], answers("abc.key")).install).toEqual([]);
  expect(lines([asked], answers("abc.other")).install).toEqual([
    `answer ${path} no more in proxy ${name}`,
    `answer ${path} in proxy ${name}`,
  ]);
  expect(lines([shop()], answers("abc.key")).install).toEqual([`answer ${path} no more in proxy ${name}`, written]);
});

test("another listener needs a reload, and only that", () => {
  const want = shop({ listeners: shop().run.listeners.slice(1) }, [member(9)]);
  expect(lines([want], { [name]: running(shop()) })).toEqual({ install: [`reload proxy ${name}`], retire: [] });
});

test("a chain that changed above the same certificate is handed over", () => {
  const path = [...running(shop()).files.keys()].find((each) => each.endsWith(".pem")) ?? "";
  const before = running(shop());
  const served = { ...before, files: new Map([...before.files, [path, "the leaf alone"]]) };
  expect(lines([shop()], { [name]: served }).install[0]).toBe(`replace certificate shop.example.net of proxy ${name}`);
  expect(lines([shop()], { [name]: before }).install).toEqual([]);
});

test("what is named no more is removed once the process does without it, and never what is waited for", () => {
  const { directory, keptIn } = layoutOf(paths, name);
  const { kept } = running(shop());
  const more = [`${directory}/certificates/www.example.net.pem`, `${directory}/authorities/0123.crt`];
  expect(keptIn.map((each) => more.some((path) => path.startsWith(`${each}/`)))).toEqual([true, true]);
  const left = { ...running(shop()), kept: [...kept, ...more] };
  const removals = [
    `remove certificates/www.example.net.pem of proxy ${name}`,
    `remove authorities/0123.crt of proxy ${name}`,
  ];
  expect(lines([shop()], { [name]: left })).toEqual({ install: [], retire: removals });
  // What runs may still be asked to start again with them.
  const wider = shop({ listeners: shop().run.listeners.slice(1) });
  expect(lines([wider], { [name]: left })).toEqual({ install: [`reload proxy ${name}`], retire: [] });
  expect(lines([shop()], { [name]: { ...left, live: null } }).retire).toEqual([]);
  expect(lines([{ ...shop(), pems: new Map() }], { [name]: left }).retire).toEqual(removals);
});

test("files that somebody changed are written again", () => {
  expect(lines([shop()], { [name]: running(shop(), { files: new Map() }) }).install).toEqual([
    `replace certificate shop.example.net of proxy ${name}`,
    `write configuration of proxy ${name}`,
  ]);
});

test("an instance no longer wanted stops, is waited for, and is killed in the end", () => {
  const have = running(shop());
  const stopping = (since: number) => ({ [name]: { ...have, stoppingSince: (now - since) as Instant } });
  expect(lines([], { [name]: have }).retire).toEqual([`stop proxy ${name}`]);
  expect(lines([], stopping(stopPatience - 1)).retire).toEqual([]);
  expect(lines([], stopping(stopPatience)).retire).toEqual([`kill proxy ${name}`]);
  expect(lines([], { [name]: { ...have, processes: [], live: null, stoppingSince: now } }).retire).toEqual([
    `stop proxy ${name}`,
  ]);
});
