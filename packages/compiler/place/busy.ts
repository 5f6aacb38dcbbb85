/** What a step has to look at. */
import type { Service } from "@netwright/api";
import type { EntryKind, Keyed } from "../entry-group.ts";
import type { Applied } from "../objects.ts";
import { isCalm, type CalmInput } from "./calm.ts";

/** Services in which something may change, and what is left of deleted ones. */
export interface Busy {
  readonly services: readonly Applied<Service>[];
  /** Entries of these as they are at the call. */
  readonly all: <K extends EntryKind>(kind: K) => Keyed<K>;
}

/** In the order of the objects, then of the names of what is left. */
export function busyServices(input: CalmInput): Busy {
  const { objects, draft } = input;
  const services = [...objects.services].filter(([key, { object }]) => !isCalm(input, key, object));
  const left = [...draft.groups.keys()].filter((key) => !objects.services.has(key)).toSorted();
  const keys = [...services.map(([key]) => key), ...left];
  return {
    services: services.map(([, item]) => item),
    all: (kind) => keys.flatMap((key) => draft.group(key)?.all(kind) ?? []),
  };
}
