/** The registry of kinds: a kind is a folder here and one line in `kinds`. */
import { addressPool } from "./address-pool/index.ts";
import { certificateIssuer } from "./certificate-issuer/index.ts";
import { config } from "./config/index.ts";
import { contract } from "./contract/index.ts";
import { host } from "./host/index.ts";
import { instance } from "./instance/index.ts";
import type { Kind } from "./kind.ts";
import { lab } from "./lab/index.ts";
import { network } from "./network/index.ts";
import { project } from "./project/index.ts";
import { router } from "./router/index.ts";
import { scenario } from "./scenario/index.ts";
import { secret } from "./secret/index.ts";
import { service } from "./service/index.ts";
import { suite } from "./suite/index.ts";
import { volume } from "./volume/index.ts";

/** In the order in which they are applied: what others refer to first. */
const definitions = {
  AddressPool: addressPool,
  Project: project,
  Network: network,
  CertificateIssuer: certificateIssuer,
  Router: router,
  Host: host,
  Secret: secret,
  Config: config,
  Service: service,
  Contract: contract,
  Lab: lab,
  Scenario: scenario,
  Suite: suite,
  Instance: instance,
  Volume: volume,
};

export type KindName = keyof typeof definitions;

/** The object of a kind by its name, every default filled in. */
export type ObjectOf<K extends KindName> =
  (typeof definitions)[K] extends Kind<infer _Parsed, infer Object> ? Object : never;
/** Any object. */
export type AnyObject = { [K in KindName]: ObjectOf<K> }[KindName];

export const kinds: Readonly<Record<KindName, Kind>> = definitions;
export const kindNames = Object.keys(definitions) as readonly KindName[];

export const isKindName = (text: string): text is KindName => Object.hasOwn(definitions, text);

/** The kind that a word on the command line or in a URL means: `Service`, `service`, `services`, `svc`. */
export function kindOfWord(word: string): Kind | undefined {
  const wanted = word.toLowerCase();
  return Object.values(kinds).find(
    ({ kind, plural, aliases }) => kind.toLowerCase() === wanted || plural === wanted || aliases.includes(wanted),
  );
}

/** `service/shop`, with the project before it where it is not `default`. */
export function objectName({
  kind,
  metadata,
}: {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly project?: string };
}): string {
  const name = `${kind.toLowerCase()}/${metadata.name}`;
  return metadata.project === undefined || metadata.project === "default" ? name : `${metadata.project}/${name}`;
}
