/** A server that is started again decides as the one before would have. */
import { expect, test, vi } from "vitest";
import { shop, Stage } from "./testing.ts";

// A busy machine is slow.
vi.setConfig({ testTimeout: 60_000 });

/** A crowd from the first minute to the second, and five minutes of quiet. @param restart before each second */
async function crowd(restart: (stage: Stage, second: number) => Promise<void> | undefined): Promise<Stage> {
  const stage = new Stage();
  for (let second = 0; second < 420; second += 1) {
    stage.load = second >= 60 && second < 120 ? 3 : 0.3;
    await restart(stage, second);
    await stage.play(1);
  }
  return stage;
}

test("stopped and started at any time, sizes and events are the same", async () => {
  const undisturbed = await crowd(() => undefined);
  expect(Math.max(...undisturbed.sizes)).toBeGreaterThan(3);
  expect(undisturbed.sizes.at(-1)).toBe(1);
  const restarted = await crowd((stage, second) => (second % 7 === 0 ? stage.restart("Stopped") : undefined));
  expect(restarted.sizes).toEqual(undisturbed.sizes);
  expect(restarted.told).toEqual(undisturbed.told);
});

test("killed in the middle of the down window it waits for the rest of it, and no longer", async () => {
  const undisturbed = await crowd(() => undefined);
  const killed = await crowd((stage, second) => (second === 205 ? stage.restart("Killed") : undefined));
  const lastOf = ({ sizes }: Stage): number => sizes.lastIndexOf(Math.max(...sizes));
  expect(Math.abs(lastOf(killed) - lastOf(undisturbed))).toBeLessThanOrEqual(30);
  expect(killed.sizes.at(-1)).toBe(1);
});

test("killed after a long time of one size, it still waits before it shrinks", async () => {
  const stage = new Stage();
  stage.load = 3;
  await stage.play(400);
  const size = stage.sizes.at(-1);
  await stage.restart("Killed");
  stage.load = 0.3;
  await stage.play(80);
  expect(size).toBeGreaterThan(3);
  expect(stage.sizes.at(-1)).toBe(size);
  await stage.play(80);
  expect(stage.sizes.at(-1)).toBeLessThan(size ?? 0);
});

test("until hosts have told what they measure nothing is decided, and not for ever", async () => {
  const stage = new Stage();
  await stage.play(20);
  const before = [stage.scaler.decided("default/shop")?.at, stage.told.length];
  await stage.restart("Stopped");
  stage.isMeasured = false;
  await stage.play(29);
  expect([stage.scaler.decided("default/shop")?.at, stage.told.length]).toEqual(before);
  await stage.play(1);
  expect(stage.told.at(-1)).toMatchObject({ type: "Warning", reason: "MetricsMissing" });
});

test("a service that is as it was is not written again and again", async () => {
  const stage = new Stage();
  await stage.play(200);
  const record = () => stage.store.get("autoscaler/service/default/shop")?.revision;
  const written = record();
  await stage.play(300);
  expect(record()).toBe(written);
  expect(stage.store.revision()).toBeLessThan(40);
});

test("another service of the same name begins anew, and what is gone is forgotten", async () => {
  const stage = new Stage(shop(1));
  await stage.play(5);
  await stage.restart("Stopped");
  const record = JSON.parse(stage.store.get("autoscaler/service/default/shop")?.value ?? "{}") as { uid: string };
  const put = (key: string, uid: string) =>
    stage.store.commit([{ kind: "Put", key, value: JSON.stringify({ ...record, uid }) }]);
  await put("autoscaler/service/default/shop", "another");
  await put("autoscaler/service/default/gone", "gone");
  await stage.restart("Killed");
  stage.isMeasured = false;
  await stage.play(5);
  // With its own state it would wait for measurements.
  expect(stage.told.at(-1)).toMatchObject({ reason: "MetricsMissing" });
  await stage.play(60);
  expect(stage.store.get("autoscaler/service/default/gone")).toBeUndefined();
});

test("what was written in another way is passed over", async () => {
  const stage = new Stage();
  const key = "autoscaler/service/default/shop";
  await stage.store.commit([{ kind: "Put", key, value: JSON.stringify({ format: 0 }) }]);
  await stage.restart("Killed");
  expect(stage.scaler.decided("default/shop")).toBeUndefined();
});
