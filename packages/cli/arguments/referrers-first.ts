/** In which order objects are deleted together. Pure. */
import type { ObjectRef } from "./object-ref.ts";

/** What refers to others goes before those: the server refuses to leave a reference to nothing. */
const order = [
  "Service",
  "Volume",
  "CertificateIssuer",
  "Secret",
  "Config",
  "Network",
  "AddressPool",
  "Host",
  "Router",
];

const rankOf = ({ kind }: ObjectRef): number => (order.includes(kind.kind) ? order.indexOf(kind.kind) : order.length);

/** Among those of one kind, in the order given. */
export const referrersFirst = (refs: readonly ObjectRef[]): readonly ObjectRef[] =>
  refs.toSorted((one, other) => rankOf(one) - rankOf(other));
