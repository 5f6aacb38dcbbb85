/** Secrets in a live lab: they reach the programs that need them, and nothing else on any machine has them. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { hosts, instanceOf, page, startLab, type LiveLab } from "./live-lab.ts";
import { makePerlImage } from "./perl-image.ts";
import { environmentOf, netwrightProgram, runProcess } from "./product.ts";
import { until } from "./until.ts";

const directory = mkdtempSync(join(tmpdir(), "netwright-secrets-"));
/** In plain text, in base64 at each of its three offsets, and in hexadecimal. */
const value = "canary-7f3a9c51e2";
const forms = [value, ...offsets(value), Buffer.from(value).toString("hex")];
const traces = new RegExp(forms.join("|"));

function offsets(text: string): readonly string[] {
  return [0, 1, 2].map((skip) => {
    const base64 = Buffer.from("x".repeat(skip) + text).toString("base64");
    return base64.slice(skip === 0 ? 0 : 4, -4);
  });
}

/** What every request is answered tells two values apart, and gives none away. */
const answer = String.raw`sprintf("This is %s, env %d file %d\n", $ENV{HOSTNAME}, unpack("%32C*", $ENV{PASSWORD} // ""), unpack("%32C*", file("/run/db/password")))`;
const sum = (text: string): number => [...Buffer.from(text)].reduce((total, octet) => total + octet, 0);

const manifest = `
apiVersion: netwright.dev/v1alpha1
kind: Service
metadata: { name: shop }
spec:
  network: web
  expose: [{ hostname: shop.example.net, protocol: HTTPS }]
  tiers:
    - name: web
      workload:
        image: oci:./image
        port: 8080
        env: [{ name: PASSWORD, secret: { name: db, key: password } }]
        files: [{ path: /run/db, secret: { name: db }, mode: "0400" }]
      health: { http: / }
`;

let lab: LiveLab;
const put = (name: string, text: string): string => {
  writeFileSync(join(directory, name), text);
  return join(directory, name);
};

/** A verb with standard input. */
async function piped(input: string, ...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await runProcess([netwrightProgram, ...args], {
    env: environmentOf(lab.name),
    input,
  });
  expect(code, stderr).toBe(0);
  return stdout + stderr;
}

beforeAll(async () => {
  makePerlImage(directory, join(directory, "image"), answer);
  lab = await startLab("secrets");
});
afterAll(async () => {
  await lab.down();
  rmSync(directory, { recursive: true });
});

const said: string[] = [];

test("a secret from standard input reaches variables and files of the program that names it", async () => {
  said.push(await piped(value, "secret", "create", "db", "--from-file", "password=-"));
  said.push(await lab.must("plan", "-f", put("shop.yaml", manifest)).catch(String));
  said.push(await lab.must("apply", "-f", put("shop.yaml", manifest)));
  expect(await page(lab, "internet1")).toContain(`env ${sum(value)} file ${sum(value)}`);
  const mode = await lab.must(
    "exec",
    "shop-web-1",
    "--",
    "/usr/bin/perl",
    "-e",
    'printf "%o %d", (stat "/run/db/password")[2], (stat _)[4]',
  );
  expect(mode).toBe("100400 1234");
});

test("what the command line shows has its key, size and digest", async () => {
  expect(await lab.must("describe", "secret/db")).toMatch(/KEY +OCTETS +DIGEST\n +password +17 +[0-9a-f]{32}\n/);
  said.push(await lab.must("get", "secret/db", "-o", "yaml"), await lab.must("get", "all", "-o", "json"));
  said.push(await lab.must("history"), await lab.must("history", "2"), await lab.must("events"));
  said.push(await lab.must("describe", "service/shop"), await lab.must("describe", "instance/shop-web-1"));
  const secret = (text: string): string => put("db.yaml", `${secretHead}spec: ${text}\n`);
  const wrong = [
    `{ stringData: { password: [${value}] } }`,
    `{ data: { password: "${value}" } }`,
    `{ stringData: "${value}" }`,
    `{ stringData: { password: "${value} }`,
    `{ type: TLS, stringData: { tls.crt: ${value}, tls.key: ${value} } }`,
  ];
  for (const spec of wrong) {
    const { code, stdout, stderr } = await lab.netwright("apply", "-f", secret(spec));
    expect(code).toBe(4);
    said.push(stdout, stderr);
  }
  expect((await lab.netwright("diff", "-f", secret(`{ stringData: { password: ${value} } }`))).code).toBe(0);
  const other = await lab.netwright("diff", "-f", secret(`{ stringData: { password: ${value}x } }`));
  expect(other.stdout).toMatch(/^-.*digest: [0-9a-f]{32}\n[^]*^\+.*digest: \(another value\)/m);
  said.push(
    other.stdout,
    await lab.must("plan", "-f", secret(`{ stringData: { password: ${value}x } }`)).catch(String),
  );
  expect(said.join("\n")).not.toMatch(traces);
});

const secretHead = "apiVersion: netwright.dev/v1alpha1\nkind: Secret\nmetadata: { name: db }\n";

/** Files below these places that have a trace, by a program that reads every octet. */
const grep = (node: string, ...places: readonly string[]): Promise<string> =>
  lab.at(node, `grep -rlaE -D skip '${forms.join("|")}' ${places.join(" ")} 2>/dev/null || true`);

const commandLines = (node: string): Promise<string> => lab.at(node, "cat /proc/[0-9]*/cmdline | tr '\\0' ' '");

test("the server's disk, log and process list have nothing", async () => {
  expect(await grep("control", "/var/lib/netwright", "/run")).toBe("");
  expect(await lab.at("control", "ls -l /var/lib/netwright/server/secrets.key")).toMatch(/^-rw------- /);
  expect(await commandLines("control")).not.toMatch(traces);
});

test("a host that runs it has it in memory, for root alone; the others have nothing", async () => {
  const { host } = await instanceOf(lab, "shop-web-1");
  for (const each of hosts) {
    expect(await grep(each, "/var/lib/netwright"), `disk of ${each}`).toBe("");
    expect(await commandLines(each)).not.toMatch(traces);
    const inMemory = await grep(each, "/run");
    if (each === host) expect(inMemory).toContain("/files/run/db/password");
    else expect(inMemory).toBe("");
    expect(
      await lab.at(
        each,
        `setpriv --reuid=1234 --regid=99 --clear-groups grep -rlaE -D skip '${forms.join("|")}' /run 2>/dev/null || true`,
      ),
    ).toBe("");
  }
  expect(await lab.at(host, "stat -f -c %T /run")).toBe("tmpfs");
});

test("the private key of a proxy is in memory of its host, for root alone, and nowhere else", async () => {
  const { host } = await instanceOf(lab, "shop-proxy-1");
  const file = "/run/netwright/haproxy/default.shop-proxy-1/certificates/shop.example.net.pem";
  // Of the second line: what the first begins with is the same for all keys of its kind.
  const key = await lab.at(host, `sed -n '/PRIVATE KEY/,$p' ${file} | sed -n 3p | cut -c 1-24`);
  expect(key.trim()).toMatch(/^[A-Za-z0-9+/]{24}$/);
  const traced = [key.trim(), ...offsets(key.trim())];
  const found = (node: string, place: string): Promise<string> =>
    lab.at(node, `grep -rlaF -D skip ${traced.map((each) => `-e '${each}'`).join(" ")} ${place} 2>/dev/null || true`);
  expect(await found(host, "/run")).toContain(file);
  expect(await found("control", "/var/lib/netwright /run")).toBe("");
  for (const each of hosts) {
    expect(await found(each, "/var/lib/netwright"), `disk of ${each}`).toBe("");
    if (each !== host) expect(await found(each, "/run")).toBe("");
  }
  expect(await lab.at(host, `stat -c '%a %U' ${file}; stat -f -c %T ${file}`)).toBe("600 root\ntmpfs");
});

test("the lab's own directory, with what its nodes keep on disk and all their logs, has nothing", async () => {
  const place = `/run/netwright/labs/${lab.name}`;
  const { stdout } = await runProcess([
    "sh",
    "-c",
    `ls ${place}/logs | grep -c agent; grep -rlaE -D skip '${forms.join("|")}' ${place} || true`,
  ]);
  expect(stdout).toBe("5\n");
  expect((await runProcess(["sh", "-c", "cat /proc/[0-9]*/cmdline | tr '\\0' ' '"])).stdout).not.toMatch(traces);
});

test("a support bundle has nothing, of secrets or of Netwright's own, even where a program logs it", async () => {
  const script = 'open(my $log, ">", "/proc/1/fd/2") or die $!; print $log "I log $ENV{PASSWORD}\\n"';
  await lab.must("exec", "shop-web-1", "--", "/usr/bin/perl", "-e", script);
  const { host } = await instanceOf(lab, "shop-web-1");
  // A canary that is not there proves nothing.
  expect(await grep(host, "/var/lib/netwright/logs")).toContain("default.shop-web-1.log");
  const tokens = await Promise.all(hosts.map((each) => lab.at(each, "cat /var/lib/netwright/agent.token")));
  const admin = readFileSync(`/run/netwright/labs/${lab.name}/token`, "utf8").trim();
  const tsig = /secret: "?([A-Za-z0-9+/=]{16,})/.exec(await lab.at("dns", "cat /etc/knot/knot.conf"))?.[1] ?? "";
  expect([admin, tsig].every((each) => each.length > 15)).toBe(true);

  const archive = join(directory, "support.tar.gz");
  // An agent that is down is missing, and the rest is there.
  await lab.at("host3", "kill -STOP $(pgrep -xf '.*[r]un --server=.*' | head -n 1)");
  const { code, stdout, stderr } = await lab.netwright("support-bundle", "-f", archive);
  await lab.at("host3", "kill -CONT $(pgrep -xf '.*[r]un --server=.*' | head -n 1)");
  expect(code, stderr).toBe(0);
  expect(stderr).toMatch(/missing: nodes\/host3: the agent of host3 did not answer/);
  expect(stdout).toMatch(/netwright-support\/nodes\/host1\/nft.txt +\d+\n/);
  const { stdout: text } = await runProcess(["tar", "-xzOf", archive]);
  expect(text).toContain("I log [removed]");
  expect(text).toContain("BIRD 2.");
  expect(text).not.toMatch(traces);
  expect(text).not.toMatch(/PRIVATE KEY|LS0tLS1CRUdJTi/);
  for (const each of [...tokens, admin, tsig]) expect(text.includes(each)).toBe(false);
});

test("a new value replaces what runs with the old one, and an agent that starts anew has it still", async () => {
  const next = `${value}-2`;
  await piped(next, "secret", "set", "db", "--from-file", "password=-");
  const answered = await until(
    "the new value is in use",
    () => page(lab, "internet1"),
    (text) => text.includes(`env ${sum(next)} file ${sum(next)}`),
  );
  expect(answered).toContain("This is shop-web-2");
  const { host } = await instanceOf(lab, "shop-web-2");
  const agent = "pgrep -xf '.*[r]un --server=.*'";
  const former = await lab.at(host, agent);
  await lab.at(host, `kill -KILL ${former.split("\n")[0]}`);
  await until(
    "another agent runs",
    () => lab.at(host, `${agent} || true`),
    (now) => now !== "" && now !== former,
  );
  expect(await page(lab, "internet1")).toBe(answered);
  await lab.must("delete", "service/shop");
  await lab.must("delete", "secret/db");
  await until(
    "nothing of it is left in memory",
    () => grep(host, "/run"),
    (found) => found === "",
  );
});
