import type { Diagnostic } from "@netwright/base";
import type { ObjectSet } from "../objects.ts";

type Check = (objects: ObjectSet) => Iterable<Diagnostic>;
type Kinds = readonly [keyof ObjectSet, ...(keyof ObjectSet)[]];

/** The same check, which does not look twice at objects in which it found nothing. Invariant: it looks at these kinds only. */
export function unlessClean(check: Check, [first, ...others]: Kinds): (objects: ObjectSet) => readonly Diagnostic[] {
  const clean = new WeakMap<object, readonly object[]>();
  return (objects) => {
    const beside = others.map((kind) => objects[kind]);
    if (clean.get(objects[first])?.every((each, index) => each === beside[index]) === true) return [];
    const found = [...check(objects)];
    if (found.length === 0) clean.set(objects[first], beside);
    return found;
  };
}
