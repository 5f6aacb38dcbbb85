/**
 * Stands in for the server in tests of the lab alone: keeps what it is told, calls a node Ready once its agent has
 * sent its token over the management network.
 */
import { chmodSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createTcpServer } from "node:net";
import { text } from "node:stream/consumers";

const argument = (name: string): string => process.argv.find((word) => word.startsWith(`--${name}=`))?.slice(name.length + 3) ?? "";
const adminToken = "the administrator's token, for tests";
interface Told {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec: Readonly<Partial<Record<"uplinks" | "links", readonly { readonly router: string }[]>>>;
}
const objects: Told[] = [];
const ready = new Set<string>();

writeFileSync(argument("admin-token-file"), `${adminToken}\n`);
chmodSync(argument("admin-token-file"), 0o600);

const listOf = (kind: string) => ({
  revision: 1,
  items: objects
    .filter((object) => object.kind === kind)
    .map((object) =>
      Object.assign({}, object, { status: { conditions: [{ type: "Ready", status: ready.has(object.metadata.name) ? "True" : "False" }] } }),
    ),
});

/** A node's sessions are told as up once its agent is there. Only hosts write the links between hosts and routers. */
const sessions = (): readonly object[] =>
  objects
    .flatMap(({ metadata: { name }, spec: { uplinks = [], links = [] } }) => [
      ...[...uplinks, ...links].map(({ router }) => [name, router] as const),
      ...uplinks.map(({ router }) => [router, name] as const),
    ])
    .map(([from, to]) => ({ from, to, state: ready.has(from) ? "Established" : "Down" }));

async function answer(request: IncomingMessage): Promise<unknown> {
  const { pathname } = new URL(request.url ?? "/", "http://server");
  if (pathname === "/readyz") return "ok";
  if (request.headers.authorization !== `Bearer ${adminToken}`) return undefined;
  if (pathname === "/v1alpha1/ca") return "the lab's CA";
  if (pathname === "/v1alpha1/hosts") return listOf("Host");
  if (pathname === "/v1alpha1/routers") return listOf("Router");
  if (pathname === "/v1alpha1/topology") return { nodes: [], links: [], sessions: sessions() };
  const body = JSON.parse(await text(request)) as { node: string; objects: { object: Told }[] };
  if (pathname === "/v1alpha1/tokens") return { secret: `secret-${body.node}` };
  objects.push(...body.objects.map(({ object }) => object));
  return { revision: 1 };
}

async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const answered = await answer(request);
  response.statusCode = answered === undefined ? 401 : 200;
  response.end(typeof answered === "string" ? answered : JSON.stringify(answered));
}

createServer((request, response) => void serve(request, response)).listen(argument("unix"));
const [, host, port] = /^\[(.*)\]:(\d+)$/.exec(argument("listen")) ?? [];
createTcpServer((socket) => {
  socket.on("data", (data) => ready.add(data.toString().trim().replace("secret-", "")));
}).listen(Number(port), host);
