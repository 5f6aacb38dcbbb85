/** The real curl, asked as on a host but for the namespace, and servers that it meets. */
import { execFile, execFileSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer as createPlain, type RequestListener } from "node:http";
import { createServer as createSecure } from "node:https";
import type { AddressInfo, Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { milliseconds } from "@netwright/base";
import type { HealthCheck, NodeSystem, WorkloadState } from "@netwright/contract";
import { afterAll, beforeAll, expect, test } from "vitest";
import { probeHealth } from "./probe-health.ts";

const directory = mkdtempSync(join(tmpdir(), "netwright-probe-"));
const seen: string[] = [];
const servers: Server[] = [];
let [plain, secure] = [0, 0];

const answer: RequestListener = ({ url = "", headers: { host = "" } }, response) => {
  seen.push(`${host} ${url}`);
  response.writeHead(Number(url.slice(1))).end();
};

beforeAll(async () => {
  const [key, certificate] = [join(directory, "key"), join(directory, "crt")];
  const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"];
  const made = ["req", "-x509", ...curve, "-nodes", "-subj", "/CN=other.example.net", "-days", "1"];
  execFileSync("openssl", [...made, "-keyout", key, "-out", certificate], { stdio: "ignore" });
  const listening = async (server: Server): Promise<number> => {
    servers.push(server);
    await once(server.listen(0, "::1"), "listening");
    return (server.address() as AddressInfo).port;
  };
  plain = await listening(createPlain(answer));
  secure = await listening(createSecure({ key: readFileSync(key), cert: readFileSync(certificate) }, answer));
});
afterAll(() => {
  for (const server of servers) server.close();
  rmSync(directory, { recursive: true });
});

const system = {
  paths: { run: directory, state: directory },
  runner: {
    run: (words: readonly string[]) =>
      new Promise((resolve) => {
        // Its input is at the end, as on a host.
        execFile("sh", ["-c", 'exec "$@" </dev/null', "sh", ...words], (error, stdout, stderr) =>
          resolve({ code: typeof error?.code === "number" ? error.code : 0, stdout, stderr }),
        );
      }),
  },
} as unknown as NodeSystem;
const workload = { id: "shop-web-1", address: "::1", run: { kind: "Container" } } as unknown as WorkloadState;

const probe = (check: Partial<HealthCheck> & Pick<HealthCheck, "kind" | "port">) => {
  const usual = { path: "", interval: milliseconds(5000), timeout: milliseconds(5000), rise: 1, fall: 1 };
  return probeHealth(system, "default", workload, { ...usual, ...check });
};

test.each([
  ["Http", "/200", undefined, true, "answered 200"],
  ["Http", "/302", undefined, true, "answered 302"],
  ["Http", "/404", undefined, false, "answered 404"],
  ["Http", "/404", "200,404", true, "answered 404"],
  ["Http", "/201", "200", false, "answered 201, not 200"],
  ["Https", "/204", undefined, true, "answered 204"],
  ["Https", "/503", "200-299", false, "answered 503, not 200-299"],
  ["Https", "/250", "200-299", true, "answered 250"],
] as const)("%s %s with %s", async (kind, path, codes, healthy, message) => {
  const port = kind === "Http" ? plain : secure;
  expect(await probe({ kind, port, path, ...(codes === undefined ? {} : { codes }) })).toEqual({ healthy, message });
});

test.each(["Http", "Https"] as const)("%s asks for the name that is wanted, at the instance itself", async (kind) => {
  const port = kind === "Http" ? plain : secure;
  await probe({ kind, port, path: "/200", host: "shop.example.net" });
  expect(seen.at(-1)).toBe("shop.example.net /200");
});

test("who does not speak TLS, and who does not listen, is not healthy", async () => {
  expect((await probe({ kind: "Https", port: plain, path: "/200" })).healthy).toBe(false);
  expect((await probe({ kind: "Http", port: 1, path: "/200" })).healthy).toBe(false);
});
