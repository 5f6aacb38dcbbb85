/** The shop through edges that belong to others: FRR, of which only what hosts tell is known. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { fetchFrom, instanceOf, page, shop, startLab, statusOf, vipOf, type LiveLab } from "./live-lab.ts";
import { until } from "./until.ts";

let lab: LiveLab;

beforeAll(async () => {
  lab = await startLab("foreign-edges", "-f", "examples/labs/frr-edges.yaml");
  await lab.must("apply", "-f", "examples/shop.yaml");
  await lab.must("scale", "service/shop", "lb=2", "proxy=2", "web=2");
});
afterAll(() => lab.down());

interface Conditions {
  readonly status: { readonly conditions: readonly { type: string; status: string; message: string }[] };
}
const conditionOf = async (object: string, type: string) =>
  (await lab.read<Conditions>(object)).status.conditions.find((each) => each.type === type);

const nextHopsAt = (edge: string, address: string) => lab.at(edge, `ip -6 route show ${address}`);

test("the page is fetched, and both edges spread over both hosts", async () => {
  expect(await page(lab, "internet1")).toContain("Welcome to the shop");
  const vip = await vipOf(lab, "shop");
  for (const edge of ["edge1", "edge2"])
    await until(
      `${edge} has two ways to the service`,
      () => nextHopsAt(edge, vip),
      (routes) => (routes.match(/dev host\d/g) ?? []).length === 2,
    );
  await until(
    "the provider has two ways to the pool",
    () => lab.at("provider", "ip -6 route show 2001:db8:100::/64"),
    (routes) => /dev edge1[^]*dev edge2|dev edge2[^]*dev edge1/.test(routes),
  );
});

test("status and trace say what is known, and what is not", async () => {
  // A busy machine may lose a session for a moment, and hosts tell of it a moment later.
  const announced = await until(
    "all that is said is what cannot be known",
    async () => (await statusOf(lab, "shop")).conditions.find(({ type }) => type === "Announced"),
    (found) => /^to edge1, edge2; edge1, edge2 are not managed: .* is not observed$/.test(found?.message ?? ""),
  );
  expect(announced).toMatchObject({ status: "True" });
  expect(await conditionOf("router/edge1", "Ready")).toMatchObject({ status: "Unknown" });
  expect(await conditionOf("router/edge1", "Peered")).toMatchObject({ status: "True" });
  expect(await conditionOf("host/host1", "Peered")).toMatchObject({ status: "True" });
  const { stdout } = await until(
    "it gets through",
    () => lab.netwright("trace", "--from", "internet1", "--to", "shop.example.net:443"),
    ({ code }) => code === 0,
  );
  expect(stdout).toMatch(/edge1.*not managed; hears it from host\d, host\d; which of them it takes.*is not known/);
});

test("a host that is cut off is left by the edges, and the page is still fetched", async () => {
  const vip = await vipOf(lab, "shop");
  const { host } = await instanceOf(lab, "shop-lb-1");
  for (const edge of ["edge1", "edge2"]) await lab.must("lab", "cut", `${edge}-${host}`);
  for (const edge of ["edge1", "edge2"])
    await until(
      `${edge} has left ${host}`,
      () => nextHopsAt(edge, vip),
      (routes) => routes !== "" && !routes.includes(`dev ${host}`),
    );
  const told = await until(
    "the host tells of it",
    () => conditionOf(`host/${host}`, "Peered"),
    (condition) => condition?.status === "False",
  );
  expect(told?.message).toContain(`${host} has no session with edge1`);
  await until(
    "the page is fetched",
    () => fetchFrom(lab, "internet1", shop),
    ({ code }) => code === 0,
  );
  for (const edge of ["edge1", "edge2"]) await lab.must("lab", "heal", `${edge}-${host}`);
  await until(
    "the host is back",
    () => conditionOf(`host/${host}`, "Peered"),
    (condition) => condition?.status === "True",
  );
});
