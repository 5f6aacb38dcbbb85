/** What is left of a set of addresses or names where other sets lead already. Pure. */
import {
  formatPrefix,
  internet,
  isPrefix,
  matchesDomain,
  prefixContains,
  prefixesOverlap,
  prefixParts,
  type DomainPattern,
  type Ipv6,
  type Ipv6Prefix,
} from "@netwright/base";

export type Place = Ipv6Prefix | DomainPattern;

/** Disjoint parts, which nothing of `cover` leads to; none where all of it is covered. */
export function* uncovered(place: Place, cover: readonly Place[]): Generator<Place> {
  if (!isPrefix(place)) {
    if (!cover.some((other) => coversName(other, place))) yield place;
    return;
  }
  yield* piecesOf(place, cover.filter(isPrefix));
}

/** What a name leads to lies in the internet, and a rule for all names below another one is one for each of them. */
const coversName = (other: Place, name: DomainPattern): boolean =>
  isPrefix(other)
    ? contains(other, internet)
    : other === name || (!name.startsWith("*.") && matchesDomain(other, name));

const contains = (outer: Ipv6Prefix, inner: Ipv6Prefix): boolean =>
  prefixParts(outer).length <= prefixParts(inner).length &&
  prefixContains(outer, inner.slice(0, inner.indexOf("/")) as Ipv6);

/** Prefixes lie in each other or apart: halving ends where one that covers begins. */
function* piecesOf(prefix: Ipv6Prefix, cover: readonly Ipv6Prefix[]): Generator<Ipv6Prefix> {
  const near = cover.filter((other) => prefixesOverlap(other, prefix));
  if (near.some((other) => contains(other, prefix))) return;
  if (near.length === 0) {
    yield prefix;
    return;
  }
  const { first, length } = prefixParts(prefix);
  for (const half of [first, first + (1n << BigInt(127 - length))])
    yield* piecesOf(formatPrefix({ first: half, length: length + 1 }), near);
}
