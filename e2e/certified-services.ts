/** Services with certificates, and a client that watches theirs. */
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import type { LiveLab } from "./live-lab.ts";
import { repository } from "./product.ts";

/** A program that answers everything. */
export const web =
  "from http.server import *; import socket; s=ThreadingHTTPServer; s.address_family=socket.AF_INET6; s(('::',8080),type('H',(BaseHTTPRequestHandler,),{'do_GET':lambda h:(h.send_response(200),h.send_header('content-length','0'),h.end_headers()),'log_message':lambda *a:None})).serve_forever()";

/** @param listeners HTTPS, each as the fields beside the protocol @param more tiers */
export const service = (name: string, listeners: readonly string[], more = ""): string => `
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

export interface Seen {
  readonly kept: number;
  readonly fresh: number;
  readonly failures: readonly string[];
  readonly connections: number;
  readonly certificates: number;
}

/** A client that stays connected, and what it has seen so far. */
export function watchRenewal(lab: LiveLab, url: string, caFile: string): { seen(): Seen | undefined; stop(): void } {
  const program = join(repository, "e2e/renewal-watch.ts");
  const child = lab.startAt("internet1", `exec ${process.execPath} ${program} ${url} ${caFile}`);
  let seen: Seen | undefined;
  child.stdout.on("data", (chunk) => {
    const line = String(chunk).trim().split("\n").at(-1) ?? "";
    if (line.startsWith("{") && line.endsWith("}")) seen = JSON.parse(line) as Seen;
  });
  return { seen: () => seen, stop: () => child.kill("SIGTERM") };
}

/** A pair that signs itself, so that a client trusts it alone. */
export function ownPairIn(
  directory: string,
  name: string,
  hostname: string,
): { readonly crt: string; readonly key: string } {
  const [crt, key] = [join(directory, `${name}.crt`), join(directory, `${name}.key`)];
  const names = ["-subj", `/CN=${hostname}`, "-addext", `subjectAltName=DNS:${hostname}`];
  const how = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30"];
  execFileSync("openssl", ["req", "-x509", ...how, ...names, "-keyout", key, "-out", crt], { stdio: "ignore" });
  return { crt, key };
}

/** Answers whom it knows, with name and certificate of who asks; takes a new pair for each connection, which it keeps. */
export const shy = `
import os, socket, ssl
from http.server import *
class Server(ThreadingHTTPServer):
    address_family = socket.AF_INET6
    # Five may wait by default: a busy machine is behind by more, and a proxy takes the server for dead then.
    request_queue_size = 128
    def get_request(self):
        raw, peer = self.socket.accept()
        # All three as they were at one moment: they are replaced together, by another directory.
        d = os.path.dirname(os.path.realpath("/run/tls/tls.crt")) + "/"
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=d + "ca.crt")
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_cert_chain(d + "tls.crt", d + "tls.key")
        return context.wrap_socket(raw, server_side=True, do_handshake_on_connect=False), peer
class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_GET(self):
        shown = self.request.getpeercert()
        text = str(shown["subjectAltName"]).encode()
        self.send_response(200)
        self.send_header("x-serial", shown["serialNumber"])
        self.send_header("content-length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)
    def log_message(self, *a): pass
Server(("::", 8443), Handler).serve_forever()
`;
