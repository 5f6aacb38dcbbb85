/** Certificates of an authority that is not ours, through the whole chain: pebble asks, proxies answer, clients verify. */
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { statusOf, startLab, type LiveLab } from "./live-lab.ts";
import { startPebble, type Pebble } from "./pebble.ts";
import { repository, scratchDirectory } from "./product.ts";
import { until } from "./until.ts";

const directory = scratchDirectory();
let lab: LiveLab;
let pebble: Pebble;

const issuer = (name: string, challenge: string): string => `
apiVersion: netwright.dev/v1alpha1
kind: CertificateIssuer
metadata: { name: ${name} }
spec:
  acme:
    directory: "${pebble.directory}"
    contact: [ops@example.net]
    termsOfServiceAgreed: true
    challenge: ${challenge}
    caBundle: |
${pebble.caBundle.replaceAll(/^/gm, "      ")}
---`;

const web =
  "from http.server import *; import socket; s=ThreadingHTTPServer; s.address_family=socket.AF_INET6; s(('::',8080),type('H',(BaseHTTPRequestHandler,),{'do_GET':lambda h:(h.send_response(200),h.send_header('content-length','0'),h.end_headers()),'log_message':lambda *a:None})).serve_forever()";

const service = (name: string, listeners: readonly string[], more = ""): string => `
apiVersion: netwright.dev/v1alpha1
kind: Service
metadata: { name: ${name} }
spec:
  network: web
  expose:
${listeners.map((listener) => `    - { protocol: HTTPS, ${listener} }`).join("\n")}
  tiers:
${more}
    - name: web
      workload: { image: host, command: [python3, -c, ${JSON.stringify(web)}], port: 8080 }
---`;

const apply = async (text: string, ...flags: readonly string[]): Promise<string> => {
  const file = join(directory, "manifest.yaml");
  writeFileSync(file, text);
  const { code, stdout, stderr } = await lab.netwright("apply", "-f", file, ...flags);
  expect({ code, stderr }).toMatchObject({ code: 0 });
  return stderr + stdout;
};

const certificateOf = async (name: string): Promise<{ status: string; reason: string; message: string }> => {
  const { conditions } = await statusOf(lab, name);
  return conditions.find(({ type }) => type === "CertificateReady") as never;
};

const certified = (name: string, reason: string): ReturnType<typeof certificateOf> =>
  until(
    `service ${name} is CertificateReady or not: ${reason}`,
    () => certificateOf(name),
    (condition) => condition?.reason === reason,
  );

/** What a client gets that trusts pebble's root alone. */
const curl = (url: string, more = ""): ReturnType<LiveLab["tryAt"]> =>
  lab.tryAt(
    "internet1",
    `curl -sS --noproxy '*' --cacert ${pebble.rootFile} -o /dev/null -w '%{http_version} %{http_code}' ${more} ${url}`,
  );

beforeAll(async () => {
  lab = await startLab("certs");
  pebble = await startPebble(lab, join(directory, "pebble"), 3600);
});
afterAll(async () => {
  await pebble.stop();
  await lab.down();
  rmSync(directory, { recursive: true });
});

test("two hostnames of one service, through two proxies, over http-01", async () => {
  const proxies = "    - { name: lb, replicas: 2 }\n    - { name: proxy, replicas: 2 }";
  const listeners = ["hostname: shop.example.net", "hostname: www.example.net, redirectHttp: false"];
  const said = await apply(issuer("default", "http-01") + service("shop", listeners, proxies));
  expect(said).toMatch(
    /reached +https:..shop.example.net. answers internet1, which does not verify what default signed/,
  );
  expect(await certificateOf("shop")).toMatchObject({ status: "True", reason: "Issued" });
  for (const hostname of ["shop.example.net", "www.example.net"])
    expect(await curl(`https://${hostname}/`)).toMatchObject({ code: 0, stdout: "2 200" });
  expect(await curl("http://www.example.net/")).toMatchObject({ stdout: "1.1 404" });
  expect(await lab.must("describe", "service/shop")).toMatch(
    /HOSTNAME +ISSUER +EXPIRES +RENEWED\n +shop.example.net +default/,
  );
  expect(await lab.must("get", "issuers")).toMatch(/default +Ready +http-01/);
});

test("over dns-01, for a name that only has to be in the zone", async () => {
  await apply(
    issuer("zone", "dns-01") + service("hidden", ["hostname: hidden.example.net, issuer: zone, redirectHttp: false"]),
  );
  expect(await curl("https://hidden.example.net/")).toMatchObject({ code: 0, stdout: "2 200" });
  expect(await lab.at("dns", "dig @::1 +short TXT _acme-challenge.hidden.example.net")).toBe("");
});

test("a name that leads nowhere: the authority's own words are in the condition", async () => {
  await apply(service("lost", ["hostname: lost.example.org"]), "--no-wait");
  const { message } = await certified("lost", "ChallengeFailed");
  expect(message).toMatch(
    /^lost.example.org: the authority says: .*could not resolve.* \(connection\); tried again after/,
  );
  await lab.must("delete", "service/lost");
});

interface Seen {
  readonly kept: number;
  readonly fresh: number;
  readonly failures: readonly string[];
  readonly connections: number;
  readonly certificates: number;
}

test("renewed while a connection is kept and others come: nothing fails", { timeout: 120_000 }, async () => {
  await pebble.stop();
  pebble = await startPebble(lab, join(directory, "hasty"), 45);
  // Another authority: there is another account, and the names are ordered anew.
  await apply(issuer("hasty", "http-01") + service("brief", ["hostname: brief.example.net, issuer: hasty"]));
  const watch = lab.startAt(
    "internet1",
    `exec ${process.execPath} ${join(repository, "e2e/renewal-watch.ts")} https://brief.example.net/ ${pebble.rootFile}`,
  );
  let seen: Seen | undefined;
  watch.stdout.on("data", (chunk) => {
    const line = String(chunk).trim().split("\n").at(-1) ?? "";
    if (line.startsWith("{") && line.endsWith("}")) seen = JSON.parse(line) as Seen;
  });
  const last = await until(
    "another certificate is served",
    async () => ({ seen, condition: await certificateOf("brief") }),
    ({ seen: now }) => (now?.certificates ?? 0) >= 2 || (now?.failures ?? []).length > 0,
    110_000,
  );
  watch.kill("SIGTERM");
  expect(last).toMatchObject({ seen: { failures: [], connections: 1 } });
  expect(last.seen?.kept).toBeGreaterThan(50);
});
