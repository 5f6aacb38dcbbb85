import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { nativeIsCurrent } from "./native.mjs";

test("what is in C is built when a part is missing or a source is newer", () => {
  const root = mkdtempSync(join(tmpdir(), "netwright-native-"));
  const put = (path: string, time: number): void => {
    mkdirSync(dirname(join(root, "native", path)), { recursive: true });
    writeFileSync(join(root, "native", path), "");
    utimesSync(join(root, "native", path), time, time);
  };
  try {
    for (const source of ["build", "wire/wire.c", "balancer/kernel/maps.bpf.h"]) put(source, 1000);
    expect(nativeIsCurrent(root)).toBe(false);
    for (const part of ["wire", "balancer", "balancer.bpf.o"]) put(`out/${part}`, 2000);
    expect(nativeIsCurrent(root)).toBe(true);
    put("balancer/README.md", 3000);
    expect(nativeIsCurrent(root)).toBe(true);
    put("balancer/kernel/maps.bpf.h", 3000);
    expect(nativeIsCurrent(root)).toBe(false);
  } finally {
    rmSync(root, { recursive: true });
  }
});
