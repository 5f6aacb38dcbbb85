/** Workloads and the internet: nothing, then what the manifest says, then nothing again. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startLab, type LiveLab } from "./live-lab.ts";
import { until } from "./until.ts";

const directory = mkdtempSync(join(tmpdir(), "netwright-egress-"));
const manifest = (egress: string): string => `
apiVersion: netwright.dev/v1alpha1
kind: Service
metadata: { name: jobs }
spec:
  network: jobs
  tiers:
    - name: worker
      replicas: 2
      workload: { image: host, command: [python3, -m, http.server, --bind, "::", --directory, /usr/share/doc, "8080"], port: 8080 }
  egress: ${egress}
`;
const toWeb = '[{ from: worker, to: "2001:db8:f::/48", port: 8000 }]';

let lab: LiveLab;
let server: string;
const put = (egress: string): string => {
  const path = join(directory, "jobs.yaml");
  writeFileSync(path, manifest(egress));
  return path;
};
const apply = (egress: string): Promise<string> => lab.must("apply", "-f", put(egress));
const fetchAs = async (worker: number, port = 8000): Promise<string> => {
  const command = ["curl", "--silent", "--max-time", "2", "--noproxy", "*", `http://[${server}]:${port}/`];
  const { code, stdout } = await lab.netwright("exec", `jobs-worker-${worker}`, "--", ...command);
  return code === 0 ? stdout : `curl ended with ${code}`;
};
const dropped = () =>
  lab.json<
    readonly {
      readonly from: string;
      readonly destination?: string;
      readonly port: number;
      readonly packets: number;
      readonly hint: { readonly text: string; readonly origin: { readonly source?: { readonly line: number } } | null };
    }[]
  >("flows", "--dropped");

beforeAll(async () => {
  lab = await startLab("egress");
  server = (await lab.at("internet1", "ip -6 -o address show scope global")).match(/2001:db8:f:[0-9a-f:]+/)?.[0] ?? "";
  // Answers with the address that it is asked from.
  writeFileSync(
    join(directory, "who.py"),
    "import http.server\nclass H(http.server.BaseHTTPRequestHandler):\n def do_GET(s):\n  s.send_response(200); s.end_headers(); s.wfile.write(s.client_address[0].encode())\nclass S(http.server.ThreadingHTTPServer):\n address_family = 10\nfor p in (8001, 8000):\n import threading; threading.Thread(target=S(('::', p), H).serve_forever).start()\n",
  );
  lab.startAt("internet1", `exec python3 ${join(directory, "who.py")}`);
  await apply("[]");
});
afterAll(async () => {
  await lab.down();
  rmSync(directory, { recursive: true });
});

test("without a rule nothing gets out; the drop is told, with the rule that would allow it", async () => {
  expect(await fetchAs(1)).toBe("curl ended with 28");
  const found = await until("the drop", dropped, (flows) => flows.some(({ destination }) => destination === server));
  const flow = found.find(({ destination }) => destination === server);
  expect(flow).toMatchObject({ from: "jobs/worker", port: 8000 });
  expect(flow?.hint.text).toContain(
    `add { from: worker, to: "${server}/128", port: 8000 } to spec.egress of service/jobs`,
  );
  expect(flow?.hint.origin?.source?.line).toBeGreaterThan(0);
});

test("a rule opens it, on every host in the name of an address of the pool", async () => {
  const plan = await apply(toWeb);
  expect(plan).toContain("service/jobs");
  const seen = await Promise.all(
    [1, 2].map((worker) =>
      until(
        `worker ${worker} gets out`,
        () => fetchAs(worker),
        (text) => text.startsWith("2001:db8:100:"),
      ),
    ),
  );
  expect(new Set(seen).size).toBe(2);
  expect(await fetchAs(1, 8001)).toBe("curl ended with 28");
  expect(await lab.must("trace", "--from", "jobs-worker-1", "--to", `[${server}]:8000`)).toMatch(
    /egress allowed[^]*spec\.egress\[0\][^]*source becomes 2001:db8:100:[^]*leaves the site/,
  );
});

test("tenant addresses are announced to nobody", async () => {
  expect(await lab.at("edge1", "ip -6 route show table all")).not.toContain("fd00:0:1:");
  expect(await lab.at("provider", "ip -6 route show table all")).not.toContain("fd00:0:1:");
});

test("a workload does not reach the management network, whatever a rule says", async () => {
  const { code, stderr } = await lab.netwright("apply", "-f", put('[{ from: worker, to: "fd00::/8", port: 8000 }]'));
  expect(code).not.toBe(0);
  expect(stderr).toMatch(/NW1203.*fd00::\/8 is not in the internet/);
});

const published = (network: string): string => `
apiVersion: netwright.dev/v1alpha1
kind: Service
metadata: { name: ${network}-site }
spec:
  network: ${network}
  expose: [{ protocol: TCP, port: 8000, hostname: ${network}-site.example.net }]
  tiers:
    - name: web
      workload: { image: host, command: [python3, -m, http.server, --bind, "::", --directory, /usr/share/doc, "8080"], port: 8080 }
`;

test("what trace says of the site's own public addresses is what happens", async () => {
  await apply('[{ from: worker, to: "2001:db8:100::/64", port: 8000 }]');
  const path = join(directory, "site.yaml");
  // In another network, and in the worker's own.
  writeFileSync(path, ["other", "jobs"].map(published).join("---"));
  await lab.must("apply", "-f", path);
  const ask = async (address: string) => {
    const target = `[${address}]:8000`;
    const curl = ["curl", "--silent", "--output", "/dev/null", "--max-time", "20", "--noproxy", "*"];
    const { code } = await lab.netwright("exec", "jobs-worker-1", "--", ...curl, `http://${target}/`);
    return { trace: (await lab.netwright("trace", "--from", "jobs-worker-1", "--to", target)).stdout, code };
  };
  for (const name of ["other-site", "jobs-site"]) {
    const { status } = await lab.read<{ status: { addresses: { address: string }[] } }>(`service/${name}`);
    const { trace, code } = await ask(status.addresses[0]?.address ?? "");
    expect(trace).toMatch(new RegExp(`source becomes[^]*to the uplink of[^]*gets through: ${name}-web-1 on host`));
    expect(code).toBe(0);
  }
  const { trace, code } = await ask("2001:db8:100::ffff");
  expect(trace).toContain("does not get through: edge: no host announces 2001:db8:100::ffff");
  // At once: a router says that it is unreachable.
  expect(code).toBe(7);
});

const perName = '[{ from: worker, to: "*.api.example.net", port: 8000 }]';
const nameUpdate = async (change: string): Promise<void> => {
  const dns = /^dns\s.*?(fd00:\S+)/m.exec(await lab.must("lab", "status"))?.[1] ?? "";
  const script = `server ${dns}\\nzone example.net\\nupdate ${change}\\nsend\\n`;
  await lab.at("control", `printf '${script}' | nsupdate -k /var/lib/netwright/dns.key`);
};
const byName = async (worker: number, name: string): Promise<string> => {
  const command = ["curl", "--silent", "--max-time", "20", "--noproxy", "*", `http://${name}:8000/`];
  const { code, stdout } = await lab.netwright("exec", `jobs-worker-${worker}`, "--", ...command);
  return code === 0 ? stdout : `curl ended with ${code}`;
};
const traceTo = async (target: string): Promise<string> =>
  (await lab.netwright("trace", "--from", "jobs-worker-1", "--to", target)).stdout;

test("a rule by name lets the first connection through, at the address that the name has by then", async () => {
  await nameUpdate(`add v1.api.example.net 1 AAAA ${server}`);
  await nameUpdate("add www.example.net 1 CNAME v1.api.example.net.");
  const plan = await lab.must("apply", "--dry-run", "-o", "json", "-f", put(perName));
  expect(plan).toContain("jobs/worker -> internet *.api.example.net tcp/8000");
  await apply(perName);
  expect(await traceTo("v1.api.example.net:8000")).toMatch(/once jobs-worker-1 looks it up[^]*gets through/);
  // Nobody has asked yet, and the address alone is nobody's.
  expect(await fetchAs(1)).toBe("curl ended with 28");
  expect(await byName(1, "v1.api.example.net")).toMatch(/^2001:db8:100:/);
  expect(await byName(1, "www.example.net")).toMatch(/^2001:db8:100:/);
  expect(await byName(2, "v1.api.example.net")).toMatch(/^2001:db8:100:/);
});

test("trace and flows tell names", async () => {
  const trace = await until(
    "the answer was reported",
    () => traceTo(`[${server}]:8000`),
    (text) => text.includes("has this address now"),
  );
  expect(trace).toMatch(
    /egress allowed[^]*\*\.api\.example\.net has this address now[^]*spec\.egress\[0\][^]*leaves the site/,
  );
  expect(await traceTo("v1.api.example.net:8000")).toContain("has this address now");
  expect(await lab.must("describe", "service/jobs")).toMatch(
    /addresses of names now\n[^]*v1\.api\.example\.net +2001:db8:f:/,
  );
  expect(await traceTo("v1.api.example.net:9000")).toContain("no rule allows egress");
  expect(await fetchAs(1, 8001)).toBe("curl ended with 28");
  const found = await until("the drop", dropped, (flows) => flows.some(({ port }) => port === 8001));
  expect(found.find(({ port }) => port === 8001)?.hint.text).toContain(
    'add { from: worker, to: "v1.api.example.net", port: 8001 } to spec.egress of service/jobs',
  );
});

test("without its agent a host goes on; the next one fills what its resolver answers from the cache", async () => {
  const host = (
    await lab.read<{ items: { metadata: { name: string }; spec: { host: string } }[] }>("instances")
  ).items.find(({ metadata }) => metadata.name === "jobs-worker-1")?.spec.host;
  await lab.at(host ?? "", "kill -9 $(pgrep -f '[r]un --server=' | head -1)");
  expect(await byName(2, "v1.api.example.net")).toMatch(/^2001:db8:100:/);
  await nameUpdate("add v2.api.example.net 600 AAAA " + server);
  await until(
    "the first worker gets out by a new name",
    () => byName(1, "v2.api.example.net"),
    (text) => text.startsWith("2001:db8:100:"),
  );
});

test("without the rule it is closed again", async () => {
  await apply("[]");
  expect(await fetchAs(1)).toBe("curl ended with 28");
});
