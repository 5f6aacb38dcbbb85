/** Every object with its status, as people see it, and the changes of both to be watched. Lives in memory. */
import type { WatchEvent, WireObject } from "@netwright/api";
import { RevisionLog } from "./revision-log.ts";

interface Entry {
  readonly key: string;
  readonly object: WireObject;
  /** What a change is judged by. */
  readonly text: string;
}

export interface ViewChange extends WatchEvent {
  readonly key: string;
}

/** That a node reported once more is no change of the object. */
function textOf(object: WireObject): string {
  const agent = object.status?.["agent"];
  if (typeof agent !== "object" || agent === null) return JSON.stringify(object);
  return JSON.stringify({ ...object, status: { ...object.status, agent: { ...agent, lastReportAt: "" } } });
}

export class ObjectView {
  readonly log: RevisionLog<ViewChange>;
  readonly #entries = new Map<string, Entry>();

  constructor(start: number) {
    this.log = new RevisionLog<ViewChange>(start, 20_000);
  }

  get(key: string): WireObject | undefined {
    return this.#entries.get(key)?.object;
  }

  /** Objects whose key is wanted, by key. */
  list(wanted: (key: string) => boolean): readonly WireObject[] {
    const found = [...this.#entries.values()].filter(({ key }) => wanted(key));
    return found.toSorted((a, b) => (a.key < b.key ? -1 : 1)).map((entry) => entry.object);
  }

  keys(): Iterable<string> {
    return this.#entries.keys();
  }

  set(key: string, object: WireObject): void {
    const before = this.#entries.get(key);
    const text = textOf(object);
    this.#entries.set(key, { key, object, text });
    if (before?.text === text) return;
    const type = before === undefined ? "Added" : "Modified";
    this.log.append((revision) => ({ type, revision, key, object }));
  }

  delete(key: string): void {
    const before = this.#entries.get(key);
    if (before === undefined) return;
    this.#entries.delete(key);
    this.log.append((revision) => ({ type: "Deleted", revision, key, object: before.object }));
  }

  /** Changes of objects whose key is wanted; without `since`, first everything that is there as `Added`. */
  async *watch(
    wanted: (key: string) => boolean,
    since: number | undefined,
    signal: AbortSignal,
  ): AsyncGenerator<WatchEvent, void> {
    const from = since ?? this.log.revision();
    if (since === undefined) for (const object of this.list(wanted)) yield { type: "Added", revision: from, object };
    for await (const { key, ...event } of this.log.watch(from, signal)) if (wanted(key)) yield event;
  }
}
