import type { HostState, VolumeState } from "@netwright/contract";
import { expect, test } from "vitest";
import { describeVolume, planVolumes } from "./plan.ts";
import { wantVolumes } from "./want.ts";

const paths = { run: "/run/netwright", state: "/var/lib/netwright" };
const volume = (phase: VolumeState["phase"], id = "default.shop-db-data-1.1"): VolumeState => ({
  id,
  phase,
  sizeBytes: 2 ** 26,
});
const lines = (want: readonly VolumeState[], ...ids: readonly string[]) => {
  const { install, retire } = planVolumes(want, { paths, ids: new Set(ids) });
  return { install: install.map(describeVolume), retire: retire.map(describeVolume) };
};
const nothing = { install: [], retire: [] };

test("what is new is made; what was there once and is not is waited for, and never made again", () => {
  expect(lines([volume("New")])).toEqual({ ...nothing, install: ["make volume default.shop-db-data-1.1"] });
  expect(lines([volume("Made")])).toEqual({
    ...nothing,
    install: ["await the data of volume default.shop-db-data-1.1"],
  });
  for (const phase of ["New", "Made"] as const)
    expect(lines([volume(phase)], "default.shop-db-data-1.1")).toEqual(nothing);
});

test("only what was discarded is removed; what nobody speaks of is left alone", () => {
  expect(lines([volume("Discarded")], "default.shop-db-data-1.1").retire).toEqual([
    "remove volume default.shop-db-data-1.1 and its data",
  ]);
  expect(lines([volume("Discarded")])).toEqual(nothing);
  expect(lines([], "default.shop-db-data-1.1", "lost+found")).toEqual(nothing);
});

test("a state of a server that knows no volumes asks for none", () => {
  expect(wantVolumes({} as HostState)).toEqual([]);
});
