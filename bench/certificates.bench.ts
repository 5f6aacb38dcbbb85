/**
 * Certificates: from the apply of a hostname on a service that is live, and from another value of its Secret, to the first
 * handshake that shows it. Beside what a person would type: `openssl` for request and signature, and HAProxy's own
 * `set ssl cert`.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createConnection } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseManifests, toApplyObject, type ApplyRequest } from "@netwright/api";
import type { Benchmark, Side } from "../tools/measure/benchmark.ts";
import { startLab, type BenchLab } from "./support/lab.ts";
import { background, monotonic, run, until, type Background } from "./support/shell.ts";

const program = `${import.meta.dirname}/programs/watch-certificate.ts`;

/** Asks for one name at a time, on a new connection every few milliseconds. */
class Watcher {
  #seen = { name: "", serial: "", names: [] as readonly string[] };
  #holds: () => boolean = () => false;
  #tell: (at: number) => void = () => {};
  readonly #asking: Background;

  /** @param command for `sh -c SCRIPT`, where the address is reached */
  constructor(command: (script: string) => readonly string[], address: string, port: number, names: string) {
    const script = `tail -n +1 -s 0.01 -f ${names} | exec ${process.execPath} ${program} ${address} ${port}`;
    this.#asking = background(command(script), (line) => {
      const [name = "", serial = "", list = ""] = line.split(" ");
      this.#seen = { name, serial, names: list.split(",") };
      if (this.#holds()) this.#tell(monotonic());
    });
  }

  get serial(): string {
    return this.#seen.serial;
  }

  /** The certificate is for the name, and another than `former`. @returns when that was seen */
  until(name: string, former = ""): Promise<number> {
    return new Promise((resolve) => {
      this.#tell = resolve;
      this.#holds = () => this.#seen.name === name && this.#seen.names.includes(name) && this.#seen.serial !== former;
      if (this.#holds()) resolve(monotonic());
    });
  }

  stop(): Promise<void> {
    return this.#asking.stop();
  }
}

const days = ["-days", "30"];
const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];

/** An authority, and certificates of it: a key and a request, and its signature, as one does by hand. */
class HandMade {
  readonly directory = mkdtempSync(join(tmpdir(), "netwright-bench-"));
  readonly file = (name: string): string => join(this.directory, name);

  async open(): Promise<void> {
    const out = ["-keyout", this.file("ca.key"), "-out", this.file("ca.crt")];
    await run(["openssl", "req", "-x509", ...newKey, ...days, "-subj", "/CN=bench", ...out]);
    writeFileSync(this.file("names"), "");
  }

  async issue(hostname: string): Promise<{ readonly crt: string; readonly key: string }> {
    const [crt, key, csr] = [this.file("site.crt"), this.file("site.key"), this.file("site.csr")];
    const name = ["-subj", "/", "-addext", `subjectAltName=DNS:${hostname}`];
    await run(["openssl", "req", ...newKey, ...name, "-keyout", key, "-out", csr]);
    const signer = ["-CA", this.file("ca.crt"), "-CAkey", this.file("ca.key"), "-CAcreateserial"];
    await run(["openssl", "x509", "-req", "-in", csr, ...signer, ...days, "-copy_extensions", "copy", "-out", crt]);
    return { crt: readFileSync(crt, "utf8"), key: readFileSync(key, "utf8") };
  }

  askFor(name: string): void {
    writeFileSync(this.file("names"), `${name}\n`, { flag: "a" });
  }

  close(): void {
    rmSync(this.directory, { recursive: true });
  }
}

const hostname = "bench.example.net";

const manifest = (hostnames: readonly string[], more = ""): string => `
apiVersion: netwright.dev/v1alpha1
kind: Service
metadata: { name: bench }
spec:
  network: web
  expose:
${hostnames.map((name) => `    - { hostname: ${name}, protocol: HTTPS${more} }`).join("\n")}
  tiers:
    - { name: web, workload: { image: host, command: [python3, -m, http.server, --bind, "::", "8080"], port: 8080 } }
`;

const applyOf = (text: string): ApplyRequest => ({
  objects: parseManifests(text, "bench.yaml").objects.map(toApplyObject),
});

const secretOf = ({ crt, key }: { readonly crt: string; readonly key: string }): ApplyRequest["objects"][number] => ({
  object: {
    apiVersion: "netwright.dev/v1alpha1",
    kind: "Secret",
    metadata: { name: "bench" },
    spec: { stringData: { "tls.crt": crt, "tls.key": key } },
  },
});

interface Live {
  readonly lab: BenchLab;
  readonly made: HandMade;
  readonly watcher: Watcher;
}

/** The service with one hostname, asked for from outside. */
async function live(name: string, own: boolean): Promise<Live> {
  const made = new HandMade();
  await made.open();
  const lab = await startLab(name);
  const { objects } = applyOf(manifest([hostname], own ? ", certificateRef: { name: bench }" : ""));
  await lab.client.apply({ objects: [...(own ? [secretOf(await made.issue(hostname))] : []), ...objects] });
  const addresses = async (): Promise<readonly { readonly address: string }[]> => {
    const { status } = await lab.client.get({ kind: "Service", name: "bench", project: "default" });
    return (status as { readonly addresses: readonly { readonly address: string }[] }).addresses;
  };
  await until("it has an address", async () => (await addresses()).length > 0);
  const [first] = await addresses();
  const command = (script: string): readonly string[] => lab.at("internet1", "sh", "-c", script);
  const watcher = new Watcher(command, first?.address ?? "", 443, made.file("names"));
  made.askFor(hostname);
  await watcher.until(hostname);
  return { lab, made, watcher };
}

const closed = async ({ lab, made, watcher }: Live): Promise<void> => {
  await watcher.stop();
  await lab.down();
  made.close();
};

/** Key, signature, new listener, handed over to the proxy. */
function anotherHostname(): Side {
  let all: Live;
  let round = 0;
  return {
    prepare: async () => void (all = await live("bench-certificates", false)),
    reset: async () => {
      round += 1;
      await all.lab.client.apply(applyOf(manifest([hostname])));
      all.made.askFor(`n${round}.example.net`);
    },
    run: async () => {
      const started = monotonic();
      const served = all.watcher.until(`n${round}.example.net`);
      await all.lab.client.apply(applyOf(manifest([hostname, `n${round}.example.net`])));
      return (await served) - started;
    },
    close: () => closed(all),
  };
}

/** Of a Secret that is there already; made by hand as on the other side. */
function anotherValue(): Side {
  let all: Live;
  return {
    prepare: async () => void (all = await live("bench-own", true)),
    run: async () => {
      const started = monotonic();
      const served = all.watcher.until(hostname, all.watcher.serial);
      await all.lab.client.apply({ objects: [secretOf(await all.made.issue(hostname))] });
      return (await served) - started;
    },
    close: () => closed(all),
  };
}

/** The payload ends at the first empty line. */
const setCertificate = (path: string, pem: string): string =>
  `set ssl cert ${path} <<\n${pem.replaceAll(/\n\n+/g, "\n").trim()}\n`;

/** HAProxy alone, on this machine's loopback. */
function byHand(): Side {
  const made = new HandMade();
  const site = made.file("site.pem");
  let proxy: Background;
  let watcher: Watcher;
  const ask = (text: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const connection = createConnection(made.file("socket"));
      let answer = "";
      connection.on("data", (chunk) => (answer += chunk.toString()));
      connection.on("error", reject);
      connection.on("end", () => resolve(answer));
      connection.write(`${text}\n`);
    });
  return {
    prepare: async () => {
      await made.open();
      const { crt, key } = await made.issue(hostname);
      writeFileSync(site, crt + key);
      const times = "timeout connect 1s\n  timeout client 5s\n  timeout server 5s";
      const socket = `stats socket ${made.file("socket")} level admin`;
      const listener = `bind [::1]:18443 ssl crt ${site}\n  http-request return status 200`;
      writeFileSync(
        made.file("haproxy.cfg"),
        `global\n  ${socket}\ndefaults\n  mode http\n  ${times}\nfrontend f\n  ${listener}\n`,
      );
      proxy = background(["haproxy", "-db", "-f", made.file("haproxy.cfg")]);
      watcher = new Watcher((script) => ["sh", "-c", script], "::1", 18_443, made.file("names"));
      made.askFor(hostname);
      await watcher.until(hostname);
    },
    run: async () => {
      const started = monotonic();
      const served = watcher.until(hostname, watcher.serial);
      const { crt, key } = await made.issue(hostname);
      await ask(setCertificate(site, crt + key));
      await ask(`commit ssl cert ${site}`);
      return (await served) - started;
    },
    close: async () => {
      await watcher.stop();
      await proxy.stop();
      made.close();
    },
  };
}

export const benchmark: Benchmark = {
  name: "certificates",
  bar: "a hostname on a live service, or another certificate of one's own, is served less than 1 s after the apply",
  cases: async () => [
    {
      name: "another hostname: applied, signed, served",
      bars: [{ of: "median", atMost: 1000 }],
      measured: anotherHostname(),
      rounds: 6,
    },
    {
      name: "another certificate of one's own: made, applied, served",
      bars: [{ of: "median", atMost: 1000 }],
      measured: anotherValue(),
      baseline: byHand(),
      rounds: 6,
    },
  ],
};
