type Parts = Readonly<Record<string, unknown>>;

/** Structural equality of plain JSON-like data, of which a missing part is the same as an undefined one; shared parts are equal at a glance. */
export function equal(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (typeof one !== "object" || typeof other !== "object" || one === null || other === null) return false;
  if (Array.isArray(one) || Array.isArray(other))
    return Array.isArray(one) && Array.isArray(other) && sameLists(one, other);
  return sameParts(one as Parts, other as Parts);
}

function sameLists(one: readonly unknown[], other: readonly unknown[]): boolean {
  if (one.length !== other.length) return false;
  for (let at = 0; at < one.length; at++) if (!equal(one[at], other[at])) return false;
  return true;
}

/** There are many small ones, so that no list of keys is made. */
function sameParts(one: Parts, other: Parts): boolean {
  for (const key in one) if (!equal(one[key], other[key])) return false;
  for (const key in other) if (one[key] === undefined && other[key] !== undefined) return false;
  return true;
}
