/** What is written before unbound is told, by a stand-in for its control socket. */
import { readFileSync, rmSync, mkdtempSync, mkdirSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { DomainPattern } from "@netwright/base";
import { nodeSystem } from "@netwright/system";
import { expect, test } from "vitest";
import { goldenState } from "../testing/scene.ts";
import { apply } from "./apply.ts";
import { layoutOf } from "./layout.ts";
import { render } from "./render.ts";
import { want, type ResolverInstance } from "./want.ts";

test("with names go the patterns of rules, and both are there before unbound loads them", async () => {
  const directory = mkdtempSync(join(tmpdir(), "netwright-unbound-"));
  const system = nodeSystem({ run: directory, state: directory });
  const [telling] = want(goldenState).instances as readonly [ResolverInstance];
  const layout = layoutOf(system.paths, telling.vni);
  const files = render({ ...telling, patterns: ["api.example.net" as DomainPattern] }, [], layout);
  mkdirSync(dirname(layout.socket), { recursive: true });
  const seen: string[] = [];
  const control = createServer((connection) => {
    connection.on("data", (question) => {
      seen.push(question.toString(), readFileSync(layout.patterns, "utf8"), readFileSync(layout.zone, "utf8"));
      connection.end("ok\n");
    });
  });
  await new Promise<void>((resolve) => control.listen(layout.socket, resolve));
  try {
    expect(await apply(system, [{ kind: "LoadNames", network: telling.network, layout, files }])).toEqual([]);
    expect(seen).toEqual(["UBCT1 auth_zone_reload internal.\n", "api.example.net\n", files.zone]);
  } finally {
    control.close();
    rmSync(directory, { recursive: true });
  }
});
