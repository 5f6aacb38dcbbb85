/**
 * A certificate authority in memory that speaks ACME and trusts nobody: it checks signatures, nonces, key authorizations
 * and requests. What it does wrong, a test tells it.
 */
// oxlint-disable-next-line import/no-unassigned-import
import "reflect-metadata";
import { createHash, createHmac, createPublicKey, randomBytes, verify, webcrypto, type JsonWebKey } from "node:crypto";
import {
  AuthorityKeyIdentifierExtension,
  cryptoProvider,
  Pkcs10CertificateRequest,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from "@peculiar/x509";
import type { Instant } from "@netwright/base";
import { systemClock } from "@netwright/base/node-clock.ts";
import type { AcmeResponse, AcmeTransport } from "../acme/transport.ts";

cryptoProvider.set(webcrypto as never);
const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;
const site = "https://ca.test";

interface FakeOrder {
  readonly hostname: string;
  readonly token: string;
  readonly replaces: string | undefined;
  status: string;
  challenge: "pending" | "processing" | "valid" | "invalid";
  error?: object;
  certificate?: string;
}

/** What it does other than it should. Changed by tests at any time. */
export interface Moods {
  /** Every second nonce is refused. */
  refuseNonces: boolean;
  /** Answers of these paths, once. */
  readonly refuse: { path: string; status: number; problem: object; retryAfter?: string }[];
  /** Nobody answers. */
  down: boolean;
  /** What it finds at the name: undefined is nothing. */
  look: (hostname: string, token: string) => string | undefined;
  externalAccount: { keyId: string; secret: string } | undefined;
  window: { start: Instant; end: Instant } | undefined;
  days: number;
  /** Polls until an authorization is judged. */
  patience: number;
}

export interface FakeAuthority {
  readonly transport: AcmeTransport;
  readonly directory: string;
  readonly moods: Moods;
  /** Paths of all requests that were well signed. */
  readonly asked: string[];
  readonly orders: readonly FakeOrder[];
  readonly accounts: ReadonlyMap<string, { readonly contact: readonly string[] }>;
  forgetAccounts(): void;
}

export async function fakeAuthority(): Promise<FakeAuthority> {
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const root = await X509CertificateGenerator.createSelfSigned({
    serialNumber: "01",
    name: "CN=Fake root",
    notAfter: new Date(systemClock.now() + 4e10),
    signingAlgorithm: algorithm,
    keys,
  });
  const moods: Moods = {
    refuseNonces: false,
    refuse: [],
    down: false,
    look: () => undefined,
    externalAccount: undefined,
    window: undefined,
    days: 90,
    patience: 0,
  };
  const nonces = new Set<string>();
  const accounts = new Map<string, { jwk: JsonWebKey; contact: readonly string[] }>();
  const orders: FakeOrder[] = [];
  const asked: string[] = [];
  let refusals = 0;

  const nonce = (): string => {
    const fresh = randomBytes(12).toString("base64url");
    nonces.add(fresh);
    return fresh;
  };
  const answer = (status: number, body: unknown, headers: Record<string, string> = {}): AcmeResponse => ({
    status,
    headers: { "replay-nonce": nonce(), ...headers },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
  const problem = (status: number, type: string, detail: string): AcmeResponse =>
    answer(status, { type: `urn:ietf:params:acme:error:${type}`, detail });

  const orderBody = (order: FakeOrder, id: number): object => ({
    status: order.status,
    authorizations: [`${site}/authz/${id}`],
    finalize: `${site}/finalize/${id}`,
    ...(order.certificate === undefined ? {} : { certificate: `${site}/cert/${id}` }),
    ...(order.error === undefined ? {} : { error: order.error }),
  });

  const judge = (order: FakeOrder, authorization: string): void => {
    const found = moods.look(order.hostname, order.token);
    const recorded = createHash("sha256").update(authorization).digest("base64url");
    if (found === authorization || found === recorded) {
      order.challenge = "valid";
      order.status = "ready";
      return;
    }
    order.challenge = "invalid";
    order.status = "invalid";
    const detail = `${order.hostname} gave ${found === undefined ? "nothing" : "something else"}`;
    order.error = { type: "urn:ietf:params:acme:error:unauthorized", detail };
  };

  async function certify(order: FakeOrder, csr: string): Promise<AcmeResponse> {
    const request = new Pkcs10CertificateRequest(Buffer.from(csr, "base64url"));
    const names = request.extensions.flatMap((each) =>
      each instanceof SubjectAlternativeNameExtension ? each.names.items.map(({ value }) => value) : [],
    );
    if (!(await request.verify()) || names.join() !== order.hostname)
      return problem(400, "badCSR", "not for this order");
    const leaf = await X509CertificateGenerator.create({
      serialNumber: `00${randomBytes(9).toString("hex")}`,
      subject: [],
      issuer: root.subjectName,
      signingAlgorithm: algorithm,
      signingKey: keys.privateKey,
      notBefore: new Date(systemClock.now() - 60_000),
      notAfter: new Date(systemClock.now() + moods.days * 86_400_000),
      publicKey: await request.publicKey.export(algorithm, ["verify"]),
      extensions: [
        new SubjectAlternativeNameExtension([{ type: "dns", value: order.hostname }]),
        await AuthorityKeyIdentifierExtension.create(root.publicKey),
      ],
    });
    order.certificate = `${leaf.toString("pem")}\n${root.toString("pem")}\n`;
    order.status = "valid";
    return answer(200, orderBody(order, orders.indexOf(order)));
  }

  function register(
    jwk: JsonWebKey,
    payload: { contact?: string[]; externalAccountBinding?: Flattened },
  ): AcmeResponse {
    const { externalAccount } = moods;
    if (externalAccount !== undefined && !isBound(payload.externalAccountBinding, externalAccount, jwk))
      return problem(403, "unauthorized", "the binding is wrong");
    const known = [...accounts].find(([, account]) => JSON.stringify(account.jwk) === JSON.stringify(jwk))?.[0];
    const url = known ?? `${site}/account/${accounts.size + 1}`;
    accounts.set(url, { jwk, contact: payload.contact ?? [] });
    return answer(known === undefined ? 201 : 200, { status: "valid" }, { location: url });
  }

  async function serve(
    path: string,
    payload: Record<string, never>,
    jwk: JsonWebKey,
    account: string,
  ): Promise<AcmeResponse> {
    const [, kind, id = ""] = path.split("/");
    const order = orders[Number(id)];
    if (kind === "account") return answer(200, { status: "valid" });
    if (kind === "new-order") {
      const { identifiers, replaces } = payload as { identifiers?: { value: string }[]; replaces?: string };
      const token = randomBytes(16).toString("base64url");
      orders.push({
        hostname: identifiers?.[0]?.value ?? "",
        token,
        replaces,
        status: "pending",
        challenge: "pending",
      });
      const made = orders.length - 1;
      return answer(201, orderBody(orders[made] as FakeOrder, made), { location: `${site}/order/${made}` });
    }
    if (order === undefined) return problem(404, "malformed", `there is no ${path}`);
    if (kind === "order") return answer(200, orderBody(order, Number(id)));
    if (kind === "cert") return answer(200, order.certificate ?? "");
    if (kind === "finalize") return certify(order, payload["csr"] ?? "");
    if (kind === "challenge") {
      order.challenge = "processing";
      order.status = "pending";
      return answer(200, {});
    }
    if (order.challenge === "processing" && moods.patience-- <= 0) judge(order, authorizationOf(order, jwk, account));
    const status = order.challenge === "processing" ? "pending" : order.challenge;
    const challenges = ["http-01", "dns-01"].map((type) => ({
      type,
      token: order.token,
      url: `${site}/challenge/${id}`,
      status: order.challenge,
      ...(order.error === undefined ? {} : { error: order.error }),
    }));
    return answer(200, { identifier: { type: "dns", value: order.hostname }, status, challenges });
  }

  const transport: AcmeTransport = async ({ method, url, body }) => {
    const { AcmeFailure } = await import("../acme/failure.ts");
    if (moods.down) throw new AcmeFailure("NW1621", "AuthorityUnreachable", "ca.test cannot be asked: it is down");
    const path = url.slice(site.length);
    if (method === "HEAD") return answer(200, "");
    if (path === "/dir") return answer(200, directoryBody(moods));
    if (path.startsWith("/renewal/"))
      return answer(200, { suggestedWindow: window(moods) }, { "retry-after": "21600" });
    const { header, payload, isSigned } = opened(body ?? "", accounts);
    if (!nonces.delete(header.nonce) || (moods.refuseNonces && refusals++ % 2 === 0))
      return problem(400, "badNonce", "not one of mine");
    if (header.url !== url) return problem(400, "malformed", "the URL is not the one that was signed");
    const jwk = header.jwk ?? accounts.get(header.kid ?? "")?.jwk;
    if (jwk === undefined) return problem(400, "accountDoesNotExist", "no such account");
    if (!isSigned(jwk)) return problem(400, "malformed", "the signature is wrong");
    asked.push(path);
    const refused = moods.refuse.findIndex((each) => path.startsWith(each.path));
    const [mood] = refused === -1 ? [] : moods.refuse.splice(refused, 1);
    if (mood !== undefined)
      return answer(mood.status, mood.problem, mood.retryAfter === undefined ? {} : { "retry-after": mood.retryAfter });
    return path === "/new-account" ? register(jwk, payload) : serve(path, payload, jwk, header.kid ?? "");
  };
  return {
    transport,
    directory: `${site}/dir`,
    moods,
    asked,
    orders,
    accounts,
    forgetAccounts: () => accounts.clear(),
  };
}

const directoryBody = ({ externalAccount, window: proposed }: Moods): object => ({
  newNonce: `${site}/new-nonce`,
  newAccount: `${site}/new-account`,
  newOrder: `${site}/new-order`,
  ...(proposed === undefined ? {} : { renewalInfo: `${site}/renewal` }),
  meta: { externalAccountRequired: externalAccount !== undefined },
});

const window = ({ window: proposed }: Moods): object => ({
  start: new Date(proposed?.start ?? 0).toISOString(),
  end: new Date(proposed?.end ?? 0).toISOString(),
});

function authorizationOf(order: FakeOrder, { crv, kty, x, y }: JsonWebKey, _account: string): string {
  const thumbprint = createHash("sha256").update(JSON.stringify({ crv, kty, x, y })).digest("base64url");
  return `${order.token}.${thumbprint}`;
}

interface Flattened {
  readonly protected: string;
  readonly payload: string;
  readonly signature: string;
}

interface Header {
  readonly alg: string;
  readonly nonce: string;
  readonly url: string;
  readonly kid?: string;
  readonly jwk?: JsonWebKey;
}

const decoded = (text: string): unknown => JSON.parse(Buffer.from(text, "base64url").toString("utf8"));

function opened(
  body: string,
  accounts: ReadonlyMap<string, object>,
): { header: Header; payload: Record<string, never>; isSigned: (jwk: JsonWebKey) => boolean } {
  const message = JSON.parse(body) as Flattened;
  const header = decoded(message.protected) as Header;
  const isKnown = header.kid === undefined || accounts.has(header.kid);
  const isSigned = (jwk: JsonWebKey): boolean =>
    isKnown &&
    verify(
      "sha256",
      Buffer.from(`${message.protected}.${message.payload}`),
      { key: createPublicKey({ key: jwk, format: "jwk" }), dsaEncoding: "ieee-p1363" },
      Buffer.from(message.signature, "base64url"),
    );
  return {
    header,
    payload: message.payload === "" ? {} : (decoded(message.payload) as Record<string, never>),
    isSigned,
  };
}

function isBound(
  binding: Flattened | undefined,
  { keyId, secret }: { readonly keyId: string; readonly secret: string },
  jwk: JsonWebKey,
): boolean {
  if (binding === undefined) return false;
  const input = `${binding.protected}.${binding.payload}`;
  const expected = createHmac("sha256", Buffer.from(secret, "base64url")).update(input).digest("base64url");
  const { kid } = decoded(binding.protected) as Header;
  return (
    kid === keyId && binding.signature === expected && JSON.stringify(decoded(binding.payload)) === JSON.stringify(jwk)
  );
}
