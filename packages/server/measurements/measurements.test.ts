import { describe, expect, test } from "vitest";
import { secondOf } from "./measurements.ts";
import { recordsNow, seriesOf, tierNow, type Question } from "./query.ts";
import { report, row, site, start } from "./testing.ts";

const all = (group: Question["group"], change: Partial<Question> = {}): Question => ({
  group,
  filter: {},
  scope: null,
  reduce: "Mean",
  ...change,
});

const web = (number: number, values: Readonly<Record<string, number>>, elapsed: number | null = 1000) =>
  report(`host${number}`, row("Instance", `default/shop-web-${number}`, values, { elapsed }));

const proxied = (
  member: number,
  requests: number,
  more: Readonly<Record<string, number>> = {},
  latencies = [60, requests],
) => row("Member", `default/shop-proxy-1/shop-web-${member}`, { requests, ...more }, { latencies });

describe("the second of a report", () => {
  const secondsOf = (times: readonly number[]): readonly number[] => {
    let last: Parameters<typeof secondOf>[0];
    return times.map((at) => (last = { second: secondOf(last, at), at }).second);
  };
  test("follows that of the last, a little early or late", () => {
    expect(secondsOf([100_900, 102_050, 102_950, 104_010, 105_300, 105_999])).toEqual([100, 101, 102, 103, 104, 105]);
  });
  test("leaves out those that were lost, wherever in the second reports come", () => {
    for (const phase of [0, 300, 999])
      expect(secondsOf([0, 1000, 3000, 7000].map((at) => at + phase))).toEqual([0, 1, 3, 7]);
  });
  test("is never more than one off, however the agent's second differs", () => {
    const times = Array.from({ length: 5000 }, (_, index) => 100_000 + index * 1003);
    const off = secondsOf(times).map((second, index) => (times[index] as number) / 1000 - second);
    expect(Math.max(...off)).toBeLessThan(1.51);
    expect(Math.min(...off)).toBeGreaterThan(-0.51);
  });
  test("follows the clock when that jumps", () => {
    expect(secondsOf([100_500, 50_500, 51_500, 900_100])).toEqual([100, 50, 51, 900]);
  });
});

describe("rates", () => {
  test("are of the time between two looks, whatever that was", () => {
    const { measurements, play } = site();
    play(10, () => [web(1, { cpu: 0.55, cpuLimit: 2 }, 1100)]);
    expect(tierNow(measurements, { project: "default", service: "shop", tier: "web" }, 10)?.values).toMatchObject({
      cpu: expect.closeTo(0.5, 5),
      cpuShare: expect.closeTo(0.25, 5),
    });
  });

  test("a lost second is a gap and never zero: the mean is of the others", () => {
    const { measurements, play } = site();
    play(10, (second) => [second % 3 === 1 ? undefined : web(1, { cpu: 1, received: 100 })]);
    const [tier] = recordsNow(measurements, all("tiers"), 10);
    expect(tier?.values).toMatchObject({ cpu: 1, received: 800 });
    const window = { from: start, to: start + 10 };
    const [series] = seriesOf(measurements, all("tiers"), "cpu", window, 1);
    expect(series?.values).toEqual([1, null, 1, 1, null, 1, 1, null, 1, 1]);
  });

  test("a look that came late covers the seconds that it stands for", () => {
    const { measurements, play } = site();
    play(6, (second) => [
      [0, 1, 4, 5].includes(second) ? web(1, { cpu: second === 4 ? 3 : 1 }, second === 4 ? 3000 : 1000) : undefined,
    ]);
    const [series] = seriesOf(measurements, all("tiers"), "cpu", { from: start, to: start + 6 }, 1);
    expect(series?.values).toEqual([1, 1, 1, 1, 1, 1]);
  });

  test("the first look has gauges alone", () => {
    const { measurements, play } = site();
    play(1, () => [report("host1", row("Instance", "default/shop-web-1", { memory: 100 }, { elapsed: null }))]);
    expect(recordsNow(measurements, all("tiers"), 10)[0]?.values).toMatchObject({ memory: 100, cpu: null });
  });
});

describe("rows", () => {
  test("a load balancer is counted once, however many listeners it has", () => {
    const { measurements, play } = site();
    const listener = (port: number) => row("Listener", `default/shop/tcp/${port}/2001:db8:100::1`, { flows: 20 });
    play(5, () => [report("host1", listener(80), listener(443))]);
    const [lb] = recordsNow(measurements, all("tiers"), 5);
    expect(lb).toMatchObject({ tier: "lb", instances: 1, values: { flows: expect.closeTo(40, 5) } });
    play(20, () => []);
    expect(recordsNow(measurements, all("tiers"), 30)[0]).toMatchObject({ tier: "lb", instances: 0 });
  });

  test("instances add up in tiers and services; hosts and other tiers stay apart", () => {
    const { measurements, play } = site();
    play(5, () => [web(1, { cpu: 0.2, cpuLimit: 1 }), web(2, { cpu: 0.4, cpuLimit: 1 })]);
    const [tier, ...others] = recordsNow(measurements, all("tiers"), 5);
    expect(others).toEqual([]);
    expect(tier).toMatchObject({ service: "shop", tier: "web", host: null, instances: 2, age: 0 });
    expect(tier?.values.cpuShare).toBeCloseTo(0.3);
    const hosts = recordsNow(measurements, all("instances", { filter: { host: "host2" } }), 5);
    expect(hosts.map(({ instance, values }) => [instance, values.cpu?.toFixed(2)])).toEqual([["shop-web-2", "0.40"]]);
  });

  test("one that was there for a part of the window counts for that part", () => {
    const { measurements, play } = site();
    play(10, (second) => [web(second < 5 ? 1 : 2, { cpu: 1 }), web(1, second < 5 ? {} : {})]);
    expect(recordsNow(measurements, all("tiers"), 10)[0]?.values.cpu).toBeCloseTo(1, 5);
  });

  test("the front counts what comes in, members what they get, errors are shares of it", () => {
    const { measurements, play } = site();
    const front = row("Proxy", "default/shop-proxy-1", { requests: 110, serverErrors: 11, refused: 1 });
    play(5, () => [
      report(
        "host1",
        front,
        proxied(1, 60, { serverErrors: 3, queue: 2 }),
        proxied(2, 40, { serverErrors: 0, failed: 6 }),
      ),
    ]);
    const rows = Object.fromEntries(
      recordsNow(measurements, all("tiers"), 5).map(({ tier, values }) => [tier, values]),
    );
    expect(rows["proxy"]).toMatchObject({ requests: 110, errorRatio: 0.1, refused: 1, queue: 2 });
    expect(rows["web"]?.requests).toBe(100);
    expect(rows["web"]?.errorRatio).toBeCloseTo(0.09);
    const [service] = recordsNow(measurements, all("services"), 5);
    expect(service?.values).toMatchObject({ requests: 110, errorRatio: 0.1 });
    const [second] = recordsNow(measurements, all("instances", { filter: { instance: "shop-web-2" } }), 5);
    expect(second?.values.errorRatio).toBeCloseTo(0.15);
  });

  test("quantiles are of all answers, of all members and seconds; once in the service", () => {
    const { measurements, play } = site();
    // Bucket 60 ends at 100 ms, bucket 80 at 1 s.
    play(10, (second) => [
      report("host1", proxied(1, 97, {}, [60, 97]), proxied(2, 3, {}, second === 9 ? [60, 3] : [80, 3])),
    ]);
    for (const group of ["services", "tiers"] as const) {
      for (const { values } of recordsNow(measurements, all(group), 10)) {
        expect(values.latency50).toBeCloseTo(94.9, 0);
        expect(values.latency95).toBeCloseTo(94.9, 0);
        expect(values.latency99).toBeCloseTo(949, -1);
      }
    }
  });

  test("load balancers: flows and packets of the lb tier", () => {
    const { measurements, play } = site();
    const name = "default/shop/tcp/443/2001:db8::1";
    play(3, () => [report("host1", row("Listener", name, { packets: 50, octets: 5000, flows: 7 }))]);
    const [tier] = recordsNow(measurements, all("tiers"), 3);
    expect(tier).toMatchObject({ tier: "lb", values: { flows: 7, balancedPackets: 50, balanced: 40_000 } });
  });

  test("the worst second", () => {
    const { measurements, play } = site();
    play(5, (second) => [web(1, { cpu: second === 2 ? 1.5 : 0.5 }), web(2, { cpu: second === 2 ? 1 : 0.5 })]);
    expect(recordsNow(measurements, all("tiers", { reduce: "Max" }), 5)[0]?.values.cpu).toBe(2.5);
  });
});

describe("trust and age", () => {
  test("an agent speaks for its own host alone, and of what is known", () => {
    const { measurements, play } = site();
    play(2, () => [
      report("host2", row("Instance", "default/shop-web-1", { cpu: 9 }), row("Host", "host1", { cpu: 9 })),
      report("host2", row("Member", "default/shop-proxy-1/shop-web-2", { requests: 9 })),
      report("host1", row("Instance", "default/shop-web-77", { cpu: 9 })),
      { node: "host1", tables: [{ kind: "Unheard", columns: ["x"], rows: [["a", 1000, [1]]] }] },
    ]);
    expect([...measurements.subjects]).toEqual([]);
  });

  test("columns are found by name; those that are not known are passed over", () => {
    const { measurements, play } = site();
    const rows = [["default/shop-web-1", 1000, [5, 0.5]]] as const;
    play(2, () => [{ node: "host1", tables: [{ kind: "Instance", columns: ["later", "cpu"], rows }] }]);
    expect(recordsNow(measurements, all("tiers"), 2)[0]?.values.cpu).toBe(0.5);
  });

  test("age grows when an agent falls silent; then the row goes", () => {
    const { measurements, play } = site();
    play(3, () => [web(1, { cpu: 1 })]);
    play(7, () => []);
    const [tier] = recordsNow(measurements, all("tiers"), 10);
    expect(tier).toMatchObject({ age: 7, instances: 0, values: { cpu: 1 } });
    play(20, () => []);
    expect(recordsNow(measurements, all("tiers"), 10)).toEqual([]);
  });

  test("another project sees nothing of it", () => {
    const { measurements, play } = site();
    play(3, () => [web(1, { cpu: 1 }), report("host1", row("Host", "host1", { cpu: 2 }))]);
    for (const group of ["services", "tiers", "instances", "networks", "projects", "hosts"] as const)
      expect(recordsNow(measurements, all(group, { scope: "other" }), 5)).toEqual([]);
    expect(recordsNow(measurements, all("hosts"), 5).map(({ host, values }) => [host, values.cpu])).toEqual([
      ["host1", 2],
    ]);
  });
});

describe("sums for Prometheus", () => {
  test("rise by what counters rose, by tier and host, and stay when an instance goes", () => {
    const { measurements, play } = site();
    play(10, (second) => [second < 4 ? web(1, { cpu: 0.5 }) : undefined, web(2, { cpu: 1 })]);
    const sums = [...measurements.totals.tiers.values()].map(({ tier, host, values }) => [tier, host, values[0]]);
    expect(sums).toEqual([
      ["web", "host1", 2],
      ["web", "host2", 10],
    ]);
  });
});
