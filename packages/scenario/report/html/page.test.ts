import { milliseconds } from "@netwright/base";
import { expect, test } from "vitest";
import { elementsOf, parseXml, textIn, type XmlElement } from "../testdata/parse-xml.ts";
import { failedRun, sampleRun, sampleSession } from "../testdata/sample-session.ts";
import type { SessionReport } from "../report.ts";
import { renderHtml } from "./page.ts";
import type { ReportFiles } from "./report-files.ts";

const files: ReportFiles = {
  href: (path) => `./${path.split("/").slice(1).join("/")}`,
  text: (path) => (path.endsWith("host.txt") ? "links <b>\n" : undefined),
  below: (directory) => [`${directory}/nodes/host.txt`, `${directory}/wire.pcap`],
};

const pageOf = (session: SessionReport = sampleSession): XmlElement => parseXml(renderHtml(session, files));
const all = (page: XmlElement, tag?: string) => [...elementsOf(page, tag)];
const idsOf = (page: XmlElement) => all(page).flatMap(({ attributes: { id } }) => id ?? []);

test("is what it was", async () => {
  await expect(renderHtml(sampleSession, files)).toMatchFileSnapshot("../golden/index.html");
});

test("is well-formed; only void elements and SVG close themselves", () => {
  const own = [...renderHtml(sampleSession, files).matchAll(/<([a-z]+)[^<>]*\/>/g)].map(([, tag = ""]) => tag);
  expect([...new Set(own)].toSorted()).toEqual(["line", "meta", "path", "rect"]);
});

test("every link leads somewhere, and no place has two names", () => {
  const page = pageOf();
  const ids = idsOf(page);
  expect(new Set(ids).size).toBe(ids.length);
  const inside = all(page, "a").flatMap(({ attributes: { href = "" } }) => (href.startsWith("#") ? href.slice(1) : []));
  expect(inside.length).toBeGreaterThan(5);
  expect(inside.filter((href) => !ids.includes(href))).toEqual([]);
});

test("every failure is listed with a link to its step, which is open", () => {
  const page = pageOf();
  const nav = all(page, "nav")[0] as XmlElement;
  const links = all(nav, "a").map(({ attributes }) => attributes["href"]);
  expect(links).toEqual(["#run-2-step-3", "#run-2-step-5", "#run-4"]);
  const opened = all(page, "details").filter(({ attributes }) => attributes["open"] === "open");
  expect(opened.map(({ attributes }) => attributes["id"])).toEqual(
    expect.arrayContaining(["run-2-step-3", "run-2-step-5"]),
  );
});

test("names and outputs of others stay text", () => {
  const page = pageOf();
  expect(all(page, "script")).toEqual([]);
  expect(all(page, "b")).toEqual([]);
  expect(textIn(page)).toContain(`<script>alert("1 & 2")</script>red]]>`);
  const attributes = all(page).flatMap((element) => Object.keys(element.attributes));
  expect(attributes.filter((name) => name.startsWith("on"))).toEqual([]);
});

test("nothing is fetched from anywhere", () => {
  const text = renderHtml({ ...sampleSession, runs: [sampleRun()] }, files);
  expect(text).not.toMatch(/https?:\/\/|url\(|@import|src="|<link|<script/);
  const targets = all(pageOf(), "a").map(({ attributes: { href = "" } }) => href);
  expect(targets.filter((href) => !/^(#|\.\/)/.test(href))).toEqual([]);
});

test("drawings have titles, and verdicts words beside their colour", () => {
  const page = pageOf();
  const drawings = all(page, "svg");
  expect(drawings.filter(({ attributes }) => (attributes["aria-label"] ?? "") === "")).toEqual([]);
  expect(drawings.length).toBe(7);
  const marks = all(page, "span").filter(({ attributes }) => attributes["class"]?.startsWith("verdict"));
  expect(marks.filter((mark) => !/passed|failed|skipped|error/.test(textIn(mark)))).toEqual([]);
});

test("faults are marked where they were, those that were skipped are not", () => {
  const faulty = all(pageOf(), "g").filter((group) =>
    all(group).some(({ attributes }) => attributes["class"]?.includes("faulty")),
  );
  expect(faulty.map((group) => textIn(group.children[0] as XmlElement))).toEqual([
    "router-web: router:eth1 to web:eth0; fault 1",
    "web (Linux), 2001:db8:2::80; fault 2",
  ]);
});

test("cells of a grid that are not as expected say so", () => {
  const wrong = all(pageOf(), "td").filter(({ attributes }) => attributes["class"] === "wrong");
  expect(wrong.map(textIn)).toEqual(["✗ dropped, not open"]);
});

test("files are linked, and small ones stand in the page", () => {
  const page = pageOf();
  const hrefs = all(page, "a").map(({ attributes }) => attributes["href"]);
  expect(hrefs).toEqual(
    expect.arrayContaining(["./failover_family=6_/wire.pcap", "./failover_family=6_/nodes/host.txt"]),
  );
  expect(all(page, "pre").map(textIn)).toContain("links <b>\n");
});

test("of many attempts those that failed and one that passed are shown, all are counted", () => {
  const attempt = (number: number) => ({
    ...(number % 3 === 0 ? failedRun : sampleRun({ id: failedRun.id })),
    attempt: number,
    seed: number,
  });
  const page = pageOf({ ...sampleSession, runs: Array.from({ length: 90 }, (_, index) => attempt(index + 1)) });
  expect(all(page, "article").length).toBe(21);
  expect(textIn(page)).toContain("60 of 90");
  expect(textIn(page)).toContain("30 of 30 failed at step 2: traffic goes on # always: matrix: 1 of 4 cells differ");
});

test("a session without runs, a run without time and a node alone are drawn too", () => {
  expect(all(pageOf({ ...sampleSession, runs: [] }), "article")).toEqual([]);
  const alone = sampleRun({
    took: milliseconds(0),
    network: { lab: "", nodes: [{ name: "a", role: "Linux", addresses: [] }], links: [] },
    loads: [{ ...(failedRun.loads[0] as (typeof failedRun.loads)[number]), tenths: [], p99: null }],
  });
  expect(renderHtml({ ...sampleSession, runs: [alone] }, files)).not.toMatch(/NaN|Infinity|undefined/);
});
