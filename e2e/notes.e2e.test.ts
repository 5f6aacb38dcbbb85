/**
 * The second sample, a program as its users would bring it: nginx, an API in Node and PostgreSQL, each an image of
 * Debian's packages. samples/notes/build has made them, before the sandbox: it needs the network.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { birds, fetchOnce, instanceOf, page, startLab, statusOf, type LiveLab } from "./live-lab.ts";
import { startLoad } from "./load.ts";
import { repository } from "./product.ts";
import { unexplained } from "./undisturbed.ts";
import { until } from "./until.ts";

const directory = mkdtempSync(join(tmpdir(), "netwright-notes-"));
const manifest = join(repository, "samples/notes/notes.yaml");
const site = "https://notes.example.net/";
const api = `${site}api/notes`;

let lab: LiveLab;
beforeAll(async () => {
  if (!existsSync(join(repository, "samples/notes/dist/index.json")))
    throw new Error("the images are not there: run samples/notes/build first, outside of a sandbox");
  lab = await startLab("notes");
  // A value that SQL and shells would stumble over.
  const password = join(directory, "password");
  writeFileSync(password, 'o\'Neill $(id) \\ "x"');
  await lab.must("secret", "create", "notes-db", "--from-file", `password=${password}`);
  await lab.must("apply", "-f", manifest, "--timeout", "2m");
});
afterAll(async () => {
  await lab.down();
  rmSync(directory, { recursive: true });
});

interface Notes {
  readonly title: string;
  readonly from: string;
  readonly notes: readonly { readonly text: string }[];
}
const notes = async (): Promise<Notes> => JSON.parse(await page(lab, "internet1", api)) as Notes;

async function running(service: string, tier: string): Promise<readonly string[]> {
  const { instances } = await statusOf(lab, service);
  return instances.filter((each) => each.tier === tier && each.phase === "Ready").map(({ id }) => id);
}

test("the page comes over TLS, and what is sent to the API is kept", async () => {
  expect(await page(lab, "internet1", site)).toContain("<h1>Notes</h1>");
  const sent = await fetchOnce(lab, "internet1", api, `--data '{"text": "first note"}' --write-out '%{http_code}'`);
  expect(sent.stdout).toBe('{"text":"first note"}\n201');
  expect((await notes()).notes).toEqual([{ text: "first note" }]);
  expect((await fetchOnce(lab, "internet1", api, "--data 'no JSON'")).stdout).toContain("1 to 1000 characters");
});

test("every program runs as its own user, with a root that it cannot write and without capabilities", async () => {
  const users = [
    ["notes", "web", 33],
    ["notes", "api", 1000],
    ["notes-db", "postgres", 999],
  ] as const;
  for (const [service, tier, user] of users) {
    const [id = ""] = await running(service, tier);
    const { host } = await instanceOf(lab, id);
    const status = await lab.at(host, `cat /proc/$(cat /run/netwright/crun/default.${id}@*/pid)/status`);
    expect(status).toMatch(new RegExp(`^Uid:\\t${user}\\t`, "m"));
    expect(status).toMatch(/^CapBnd:\t0+$/m);
    expect(status).toMatch(/^NoNewPrivs:\t1$/m);
  }
  const [id = ""] = await running("notes-db", "postgres");
  const wrote = await lab.netwright("exec", id, "--", "sh", "-c", "echo x >/usr/lib/postgresql/x");
  expect(wrote.stdout + wrote.stderr).toContain("Read-only file system");
  const asked = await lab.must("exec", id, "--", "psql", "--no-align", "--tuples-only", "-c", "TABLE notes", "notes");
  expect(asked).toContain("first note");
});

/** kill -9 of the first process of an instance. */
async function kill(id: string): Promise<void> {
  const { host } = await instanceOf(lab, id);
  await lab.at(host, `kill -9 $(cat /run/netwright/crun/default.${id}@*/pid)`);
}

test("database and API are killed; both come back, and the note is there", async () => {
  const victims = await until(
    "all of them run",
    async () => [...(await running("notes-db", "postgres")), ...(await running("notes", "api"))],
    ({ length }) => length === 3,
  );
  await Promise.all(victims.map(kill));
  for (const id of victims) {
    await until(
      `${id} is back`,
      async () => (await lab.read<{ status: { restarts: number; phase: string } }>(`instance/${id}`)).status,
      ({ restarts, phase }) => restarts >= 1 && phase === "Ready",
    );
  }
  expect((await notes()).notes).toEqual([{ text: "first note" }]);
});

test("the web tier does not reach the database, and flows and trace say so", async () => {
  const [web = ""] = await running("notes", "web");
  const [db = ""] = await running("notes-db", "postgres");
  const [apiOne = ""] = await running("notes", "api");
  const { address } = await instanceOf(lab, db);
  const connectIn = async (id: string, limit: number) => {
    const { host } = await instanceOf(lab, id);
    const connect = `timeout ${limit} bash -c ': </dev/tcp/${address}/5432'`;
    return (await lab.tryAt(host, `ip netns exec nww-default.${id} ${connect}`)).code;
  };
  expect(await connectIn(apiOne, 20)).toBe(0);
  expect(await connectIn(web, 1.5)).not.toBe(0);
  const flow = await until(
    "the drop is told",
    async () => (await lab.json<readonly Dropped[]>("flows", "--dropped")).find(({ from }) => from === "notes/web"),
    (seen) => seen !== undefined,
  );
  expect(flow).toMatchObject({ to: "notes-db/postgres", protocol: "tcp", port: 5432 });
  const trace = await lab.netwright("trace", "--from", web, "--to", "notes-db.internal:5432");
  expect(trace.stdout + trace.stderr).toContain("does not get through");
  expect((await lab.netwright("trace", "--from", apiOne, "--to", "notes-db.internal:5432")).code).toBe(0);
});
interface Dropped {
  readonly from: string;
  readonly to: string;
  readonly port: number;
}

test("of three instances of the API every one answers", async () => {
  await lab.must("scale", "service/notes", "api=3");
  const seen = new Set<string>();
  await until("three of them answer", notes, ({ from }) => seen.add(from).size === 3);
});

test("a new title reaches every instance of the API, and no request fails", async () => {
  const load = await startLoad(lab, "internet1", 20, api);
  const changed = join(directory, "title.yaml");
  const config = readFileSync(manifest, "utf8").split("---\n")[0] ?? "";
  writeFileSync(changed, config.replace("TITLE: Notes", "TITLE: Our notes"));
  await lab.must("apply", "-f", changed, "--timeout", "2m");
  await until("the new title", notes, ({ title }) => title === "Our notes");
  await load.passes(20);
  const { failures, answeredBy } = await load.stop();
  expect(await unexplained(lab, birds, failures)).toEqual([]);
  expect(Object.keys(answeredBy).length).toBeGreaterThanOrEqual(4);
});
