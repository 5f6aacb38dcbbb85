/** Registries for tests: Debian's own, and one that lies. Only inside tools/sandbox. */
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { connect, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildImage, writeLayout, type BuiltImage, type TestImage } from "./images.ts";

/** Registries on these ports of the loopback interface are spoken to without TLS. */
export function trustPlainRegistries(...ports: readonly number[]): void {
  const tables = ports.map((port) => `[[registry]]\nlocation = "localhost:${port}"\ninsecure = true\n`);
  execFileSync("mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", "/etc/containers"]);
  writeFileSync("/etc/containers/policy.json", '{"default":[{"type":"insecureAcceptAnything"}]}');
  writeFileSync("/etc/containers/registries.conf", tables.join("\n"));
}

/** `shop` with the password `canary-of-the-registry`. */
export const credentials = { user: "shop", password: "canary-of-the-registry" };
const htpasswd = "shop:$2b$04$Cj0nTTJds0T0oqjPWarbuOGskktHMH6W.QHxpzDhVaZ3S1QZ7rPHW\n";

export interface DebianRegistry {
  readonly url: string;
  push(name: string, image: TestImage): BuiltImage;
  stop(): Promise<void>;
}

export async function startRegistry(port: number, withPassword = false): Promise<DebianRegistry> {
  const directory = mkdtempSync(join(tmpdir(), "nw-registry-"));
  writeFileSync(join(directory, "htpasswd"), htpasswd);
  const auth = withPassword ? `auth: {htpasswd: {realm: test, path: ${directory}/htpasswd}}\n` : "";
  writeFileSync(
    join(directory, "config.yml"),
    `version: 0.1\nlog: {level: error}\nstorage: {filesystem: {rootdirectory: ${directory}/data}}\n${auth}http: {addr: "localhost:${port}"}\n`,
  );
  const child = spawn("docker-registry", ["serve", join(directory, "config.yml")], { stdio: "ignore" });
  await untilListening(port);
  let pushed = 0;
  return {
    url: `localhost:${port}`,
    push: (name, image) => {
      const built = buildImage(image);
      const layout = join(directory, `layout-${pushed++}`);
      writeLayout(layout, { image: built });
      const login = withPassword ? [`--dest-creds=${credentials.user}:${credentials.password}`] : [];
      const to = `docker://localhost:${port}/${name}`;
      execFileSync("skopeo", ["copy", "--quiet", "--preserve-digests", ...login, `oci:${layout}:image`, to]);
      return built;
    },
    stop: async () => {
      const ended = once(child, "exit");
      child.kill("SIGTERM");
      await ended;
    },
  };
}

async function untilListening(port: number): Promise<void> {
  for (;;) {
    const socket = connect(port, "localhost");
    const open = await new Promise<boolean>((resolve) => {
      socket.once("connect", () => resolve(true));
      socket.once("error", () => resolve(false));
    });
    socket.destroy();
    if (open) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

export type Lie = (path: string, response: ServerResponse, honest: () => void) => void;

export interface LyingRegistry {
  readonly url: string;
  /** What it does with a request for a manifest or a blob. */
  lie: Lie;
  /** Paths that were asked for. */
  readonly asked: string[];
  stop(): Promise<void>;
}

const honest: Lie = (_path, _response, tell) => tell();

/** Serves one image under any name, with whatever `lie` makes of it. */
export async function startLyingRegistry(port: number, image: BuiltImage): Promise<LyingRegistry> {
  const registry: { url: string; lie: Lie; asked: string[] } = { url: `localhost:${port}`, lie: honest, asked: [] };
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    const path = request.url ?? "";
    registry.asked.push(path);
    if (path === "/v2/") {
      response.end("{}");
      return;
    }
    const [, kind, name = ""] = /\/(manifests|blobs)\/([^/]+)$/.exec(path) ?? [];
    const octets =
      kind === "manifests" && !name.startsWith("sha256:") ? image.manifest : image.blobs.get(name as never);
    registry.lie(path, response, () => {
      if (octets === undefined) {
        response.writeHead(404, { "content-type": "application/json" }).end('{"errors":[{"code":"MANIFEST_UNKNOWN"}]}');
        return;
      }
      const type = kind === "manifests" ? "application/vnd.oci.image.manifest.v1+json" : "application/octet-stream";
      response.writeHead(200, { "content-type": type, "content-length": octets.length }).end(octets);
    });
  };
  const server = createServer(answer).listen(port, "localhost");
  await once(server, "listening");
  registry.url = `localhost:${(server.address() as AddressInfo).port}`;
  return Object.assign(registry, {
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  });
}
