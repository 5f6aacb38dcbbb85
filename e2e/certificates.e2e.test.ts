/** Certificates of an authority that is not ours, through the whole chain: pebble asks, proxies answer, clients verify. */
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ageCertificate, ageIdentity } from "./aged-records.ts";
import { ownPairIn, service, shy, watchRenewal, web, type Seen } from "./certified-services.ts";
import { instanceOf, statusOf, startLab, type LiveLab } from "./live-lab.ts";
import { externalAccount, startPebble, type Pebble } from "./pebble.ts";
import { scratchDirectory } from "./product.ts";
import { until } from "./until.ts";

const directory = scratchDirectory();
const [minute, day] = [60_000, 86_400_000];
let lab: LiveLab;
let pebble: Pebble;

const issuer = (name: string, challenge: string, more = ""): string => `
apiVersion: netwright.dev/v1alpha1
kind: CertificateIssuer
metadata: { name: ${name} }
spec:
  acme:
    directory: "${pebble.directory}"
    contact: [ops@example.net]
    termsOfServiceAgreed: true
    challenge: ${challenge}
${more}
    caBundle: |
${pebble.caBundle.replaceAll(/^/gm, "      ")}
---`;

const ownPair = (name: string, hostname: string) => ownPairIn(directory, name, hostname);

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

test("the user's own, swapped for the next one while connections are kept and others come", async () => {
  const [first, second] = [ownPair("first", "own.example.net"), ownPair("second", "own.example.net")];
  const both = join(directory, "own-roots.pem");
  writeFileSync(both, [first, second].map(({ crt }) => readFileSync(crt, "utf8")).join(""));
  const from = ({ crt, key }: typeof first): string[] => [
    "--from-file",
    `tls.crt=${crt}`,
    "--from-file",
    `tls.key=${key}`,
  ];
  await lab.must("secret", "create", "own", "--type", "TLS", ...from(first));
  const said = await apply(service("own", ["hostname: own.example.net, certificateRef: { name: own }"]));
  expect(said).toMatch(/reached +https:..own.example.net. answers internet1, which does not verify secret.own/);
  expect(await lab.must("describe", "service/own")).toMatch(/own.example.net +secret\/own +\S+\n/);
  const watch = watchRenewal(lab, "https://own.example.net/", both);
  await until(
    "it is served",
    async () => watch.seen(),
    (seen) => (seen?.certificates ?? 0) === 1,
  );
  await lab.must("secret", "set", "own", ...from(second));
  const seen = await until(
    "the next one is served",
    async () => watch.seen(),
    (now) => (now?.certificates ?? 0) >= 2 || (now?.failures ?? []).length > 0,
  );
  watch.stop();
  expect(seen).toMatchObject({ failures: [], connections: 1 });
  const wrong = ownPair("wrong", "other.example.net");
  expect(await lab.netwright("secret", "set", "own", ...from(wrong))).toMatchObject({
    code: 4,
    stderr: expect.stringMatching(
      /NW1623 .*tls.crt of Secret own is not for own.example.net, but for other.example.net/,
    ) as string,
  });
});

test("mutual TLS: proxies and health checks get through, a neighbour without a certificate is refused", async () => {
  writeFileSync(join(directory, "shy.py"), shy);
  const { crt, key } = ownPair("shy", "shy.example.net");
  await lab.must(
    "secret",
    "create",
    "shy",
    "--type",
    "TLS",
    "--from-file",
    `tls.crt=${crt}`,
    "--from-file",
    `tls.key=${key}`,
  );
  await apply(`
apiVersion: netwright.dev/v1alpha1
kind: Service
metadata: { name: neighbour }
spec:
  network: web
  tiers: [{ name: main, workload: { image: host, command: [python3, -c, ${JSON.stringify(web)}], port: 8080 } }]
---
apiVersion: netwright.dev/v1alpha1
kind: Service
metadata: { name: shy }
spec:
  network: web
  expose: [{ protocol: HTTPS, hostname: shy.example.net, redirectHttp: false, certificateRef: { name: shy } }]
  tiers:
    - name: web
      mutualTls: {}
      replicas: 2
      health: { http: / }
      workload:
        image: host
        command: [python3, /run/shy.py]
        port: 8443
        files: [{ path: /run/shy.py, source: shy.py }]
  allow: [{ from: { service: neighbour, tier: main }, to: web }]
`);
  const ask = "curl -sS --noproxy '*' --max-time 60";
  expect(await lab.at("internet1", `${ask} --cacert ${crt} https://shy.example.net/`)).toBe(
    "(('DNS', 'proxy.shy.internal'),)",
  );
  const neighbour = (...args: readonly string[]): ReturnType<LiveLab["netwright"]> =>
    lab.netwright("exec", "neighbour-main-1", "--", "sh", "-c", `${ask} ${args.join(" ")}`);
  const refused = await neighbour("-k", "https://web.shy.internal:8443/");
  expect(refused.code).not.toBe(0);
  expect(refused.stderr + refused.stdout).toMatch(/certificate required|alert|reset by peer/i);
  expect((await neighbour("http://web.shy.internal:8443/")).code).not.toBe(0);
  expect(
    await lab.must("exec", "shy-web-1", "--", "sh", "-c", "ls -L /run/tls; stat -Lc '%a %U' /run/tls/tls.key"),
  ).toBe("ca.crt\ntls.crt\ntls.key\n400 nobody\n");
});

test("mutual TLS: both sides get their next certificates while they run, and no request fails", async () => {
  const url = "https://shy.example.net/";
  const root = join(directory, "shy.crt");
  const serialIn = "openssl x509 -noout -serial -in";
  const pem = "/run/netwright/haproxy/default.shy-proxy-1/certificates/proxy.shy.internal.pem";
  const { host } = await instanceOf(lab, "shy-proxy-1");
  const inside = (script: string): Promise<readonly string[]> =>
    Promise.all(["shy-web-1", "shy-web-2"].map((id) => lab.must("exec", id, "--", "sh", "-c", script)));
  const inFiles = async (): Promise<readonly string[]> => [
    ...(await inside(`${serialIn} /run/tls/tls.crt`)),
    await lab.at(host, `${serialIn} ${pem}`),
  ];
  const shown = (): Promise<string> =>
    lab.at("internet1", `curl -sS --noproxy '*' --cacert ${root} -w '%header{x-serial}' -o /dev/null ${url}`);
  const started = (): Promise<readonly string[]> => inside("cut -d ' ' -f 22 /proc/1/stat");
  const before = { files: await inFiles(), shown: await shown(), started: await started() };
  const watch = watchRenewal(lab, url, root);
  const isAsked = (times: number): Promise<Seen | undefined> =>
    until(
      `it was asked ${times} times`,
      async () => watch.seen(),
      (seen) => (seen?.kept ?? 0) > times || (seen?.failures ?? []).length > 0,
    );
  await isAsked(5);
  // Less than a third of 30 days is left.
  await ageIdentity(lab, "shy", 21 * day);
  await until(
    "the server answers",
    () => lab.netwright("get", "services"),
    ({ code }) => code === 0,
  );
  await until("instances and proxy have other certificates", inFiles, (now) =>
    now.every((serial, index) => serial !== before.files[index]),
  );
  const last = await isAsked((watch.seen()?.kept ?? 0) + 20);
  watch.stop();
  expect(last).toMatchObject({ failures: [], connections: 1 });
  expect(await started()).toEqual(before.started);
  // Connections to instances are kept while they are in use, and for a second.
  await until("the proxy shows another certificate", shown, (now) => now !== before.shown);
  await lab.must("delete", "service/shy");
});

test("over dns-01, for a name that only has to be in the zone", async () => {
  await apply(
    issuer("zone", "dns-01") + service("hidden", ["hostname: hidden.example.net, issuer: zone, redirectHttp: false"]),
  );
  expect(await curl("https://hidden.example.net/")).toMatchObject({ code: 0, stdout: "2 200" });
  const asked = () => lab.at("dns", "dig @::1 +short TXT _acme-challenge.hidden.example.net");
  expect(await until("what was shown to the authority is gone", asked, (text) => text === "")).toBe("");
});

test("a name that leads nowhere: the authority's own words are in the condition", async () => {
  await apply(service("lost", ["hostname: lost.example.org"]), "--no-wait");
  const { message } = await certified("lost", "ChallengeFailed");
  expect(message).toMatch(
    /^lost.example.org: the authority says: .*could not resolve.* \(connection\); tried again after/,
  );
  await lab.must("delete", "service/lost");
});

test("renewed while a connection is kept and others come: nothing fails", async () => {
  await pebble.stop();
  pebble = await startPebble(lab, join(directory, "bound"), 3600, true);
  // Another authority: there is another account, and the names are ordered anew.
  const eab = join(directory, "eab");
  writeFileSync(eab, externalAccount.key);
  await lab.must("secret", "create", "eab", "--from-file", `hmac=${eab}`);
  const binding = `    externalAccountBinding: { keyId: ${externalAccount.keyId}, secretRef: { name: eab, key: hmac } }`;
  await apply(issuer("bound", "http-01", binding) + service("brief", ["hostname: brief.example.net, issuer: bound"]));
  const watch = watchRenewal(lab, "https://brief.example.net/", pebble.rootFile);
  const isAsked = (what: string, holds: (seen: Seen) => boolean) =>
    until(
      what,
      async () => ({ seen: watch.seen(), condition: await certificateOf("brief").catch(String) }),
      ({ seen }) => seen !== undefined && (holds(seen) || seen.failures.length > 0),
    );
  await isAsked("it is served", ({ certificates }) => certificates === 1);
  // Less than a sixth of its hour is left, as far as the server knows: no machine is too slow to renew it in time.
  await ageCertificate(lab, "brief.example.net", 51 * minute);
  await isAsked("another certificate is served", ({ certificates }) => certificates >= 2);
  const last = await isAsked("it is still asked", ({ kept }) => kept > 50);
  watch.stop();
  expect(last.seen, JSON.stringify(last.condition)).toMatchObject({ failures: [], connections: 1, certificates: 2 });
});
