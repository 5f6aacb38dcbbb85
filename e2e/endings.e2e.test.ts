/** How programs end, and the order in which they begin: what is told of each where a person would look. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { startLab, statusOf, type LiveLab } from "./live-lab.ts";
import { manifestOf } from "./manifests.ts";
import { until } from "./until.ts";

let lab: LiveLab;
beforeAll(async () => {
  lab = await startLab("endings");
});
afterAll(() => lab.down());

interface InstanceStatus {
  readonly phase: string;
  readonly reason: string;
  readonly message: string;
  readonly restarts: number;
}
const statusIs = (id: string, what: string, holds: (seen: InstanceStatus) => boolean): Promise<InstanceStatus> =>
  until(`${id} ${what}`, async () => (await lab.read<{ status: InstanceStatus }>(`instance/${id}`)).status, holds);

const tier = (name: string, script: string, more: object = {}, workload: object = {}) => ({
  name,
  workload: { image: "host" as const, command: ["sh", "-c", script], port: 8080, ...workload },
  ...more,
});
const serves = "exec python3 -m http.server --bind :: --directory /usr/share/doc 8080";
const apply = (service: string, ...tiers: ReturnType<typeof tier>[]) =>
  lab.netwright("apply", "-f", manifestOf(service, { network: "web", tiers }), "--no-wait");

test("a program that ends at once is started again at growing distance, and all say how it ended", async () => {
  expect((await apply("shop", tier("crash", "exit 3"))).code).toBe(0);
  // From 0.2 s on, twice as long each time.
  const { phase, message } = await statusIs(
    "shop-crash-1",
    "waits for a second and more",
    ({ reason, message: said }) => reason === "Exited" && /starts again after (1\.6|3\.2|6\.4|12\.8) s/.test(said),
  );
  expect([phase, message]).toEqual(["Failed", expect.stringMatching(/^ended with status 3; starts again after/)]);
  // It runs for a moment again and again, and is not told to have ended then.
  const why = "ended with status 3";
  const described = () => lab.must("describe", "instance/shop-crash-1");
  expect(await until("describe says so", described, (text) => text.includes(why))).toContain(why);
  expect(await lab.must("events", "service/shop")).toMatch(/Exited.*shop-crash-1.*ended with status 3/);
  const ready = async () => (await statusOf(lab, "shop")).conditions.find(({ type }) => type === "Ready");
  expect(await until("the service says so", ready, (seen) => seen?.message.includes(why) === true)).toMatchObject({
    status: "False",
  });
});

test("one that takes more memory than it may is killed, with that as the reason", async () => {
  const hog = tier("hog", `exec perl -e '$x = "a" x 200_000_000; sleep 1000'`, {}, { resources: { memory: "32Mi" } });
  expect((await apply("greedy", hog)).code).toBe(0);
  const { message } = await statusIs(
    "greedy-hog-1",
    "is killed again and again",
    ({ reason, restarts }) => reason === "OOMKilled" && restarts >= 1,
  );
  expect(message).toMatch(/^was killed because it used more than its 32Mi of memory; starts again after/);
  expect(await lab.must("events", "service/greedy")).toMatch(/OOMKilled.*greedy-hog-1.*32Mi of memory/);
});

test("a tier waits for those that it comes after, and says for which", async () => {
  const db = tier("db", `while [ ! -e /tmp/go ]; do sleep 0.1; done; ${serves}`);
  expect((await apply("order", tier("web", serves, { after: ["db"] }), db)).code).toBe(0);
  await statusIs("order-db-1", "runs, and does not listen yet", ({ reason }) => reason === "NotListening");
  const { conditions, instances } = await until(
    "the service says that web waits",
    () => statusOf(lab, "order"),
    (status) => status.conditions.some(({ reason }) => reason === "StartsAfter"),
  );
  expect(conditions.find(({ reason }) => reason === "StartsAfter")).toMatchObject({
    status: "False",
    message: expect.stringContaining("tier web starts when db is ready"),
  });
  expect(instances.map(({ id }) => id)).toEqual(["order-db-1"]);
  await lab.must("exec", "order-db-1", "--", "touch", "/tmp/go");
  await lab.must("wait", "service/order");
  const placed = [...(await lab.must("events", "service/order")).matchAll(/Placed.*?(order-(?:web|db)-1) on/g)];
  expect(placed.map(([, id]) => id)).toEqual(["order-db-1", "order-web-1"]);
});
