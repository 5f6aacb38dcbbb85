/** The way of one order, from its first message to the certificate (RFC 8555 section 7.4). It may begin in the middle. */
import { milliseconds, seconds, type Clock, type Milliseconds } from "@netwright/base";
import type { AcmeClient, Authorization, Challenge, Order } from "./client.ts";
import { AcmeFailure, refusal, retryAfterIn, type Problem } from "./failure.ts";

export interface OrderSteps {
  readonly client: AcmeClient;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly hostname: string;
  readonly challenge: "http-01" | "dns-01";
  /** Of an order that was begun earlier. */
  readonly url: string | undefined;
  readonly replaces: string | undefined;
  /** DER in base64url. */
  readonly signingRequest: () => Promise<string>;
  /** Called before anything is done for the order, so that a restart finds it again. */
  readonly began: (url: string) => Promise<void>;
  /** Resolves when whoever the authority asks gives the answer. */
  readonly answer: (token: string) => Promise<void>;
}

/** @returns the chain, PEM. @throws AcmeFailure */
export async function obtain(steps: OrderSteps): Promise<string> {
  const { client } = steps;
  const { url, order: found } = (await begunOrder(steps)) ?? (await freshOrder(steps));
  let order = found;
  if (order.status === "pending") {
    for (const authorization of order.authorizations) await authorize(steps, authorization);
    order = await poll(steps, url, (now: Order) => now.status !== "pending");
  }
  if (order.status === "ready") {
    await client.post(order.finalize, { csr: await steps.signingRequest() });
    order = await poll(steps, url, (now: Order) => now.status !== "ready");
  }
  if (order.status === "processing") order = await poll(steps, url, (now: Order) => now.status !== "processing");
  if (order.status !== "valid" || order.certificate === undefined) throw refusal(order.error ?? {});
  return client.download(order.certificate);
}

/** One that cannot lead anywhere any more, or that the authority does not know, is left to it. */
async function begunOrder({ url, client }: OrderSteps): Promise<{ url: string; order: Order } | undefined> {
  if (url === undefined) return undefined;
  try {
    const order = (await client.read(url)).value as Order;
    return order.status === "invalid" ? undefined : { url, order };
  } catch (failure) {
    if (failure instanceof AcmeFailure && failure.code === "NW1622" && failure.reason !== "RateLimited")
      return undefined;
    throw failure;
  }
}

async function freshOrder({ client, hostname, replaces, began }: OrderSteps): Promise<{ url: string; order: Order }> {
  const made = await client.newOrder(hostname, replaces);
  await began(made.url);
  return made;
}

async function authorize(steps: OrderSteps, url: string): Promise<void> {
  const { client, challenge: type, answer } = steps;
  const authorization = (await client.read(url)).value as Authorization;
  if (authorization.status === "valid") return;
  const challenge = authorization.challenges.find((each) => each.type === type);
  if (challenge === undefined) {
    const offered = authorization.challenges.map((each) => each.type).join(", ") || "nothing";
    throw new AcmeFailure("NW1622", "NoChallenge", `the authority offers ${offered} for it, not ${type}`);
  }
  if (!/^[A-Za-z0-9_-]{1,200}$/.test(challenge.token))
    throw new AcmeFailure("NW1621", "AuthorityFailed", "the authority gives a token that is not base64url");
  if (authorization.status === "pending" && challenge.status === "pending") {
    await answer(challenge.token);
    await client.post(challenge.url, {});
  }
  const judged = await poll(steps, url, (now: Authorization) => now.status !== "pending");
  if (judged.status !== "valid") throw refusal(problemOf(judged, type));
}

function problemOf({ status, challenges }: Authorization, type: string): Problem {
  const failed: Challenge | undefined = challenges.find((each) => each.type === type && each.error !== undefined);
  return failed?.error ?? { detail: `its authorization is ${status}` };
}

/** A poll is asked for again after what the authority says, or after 0.5 s and then ever later. */
const firstPoll = milliseconds(500);
const longestPoll = seconds(10);
/** All polls for one thing together. */
const pollPatience = seconds(300);

async function poll<T>({ client, clock, signal }: OrderSteps, url: string, isDone: (value: T) => boolean): Promise<T> {
  const deadline = clock.monotonic() + pollPatience;
  let pause: Milliseconds = firstPoll;
  for (;;) {
    const { value: read, retryAfter } = await client.read(url);
    const value = read as T;
    if (isDone(value)) return value;
    const wait = retryAfterIn(retryAfter, clock.now()) ?? pause;
    if (clock.monotonic() + wait > deadline)
      throw new AcmeFailure("NW1621", "AuthorityFailed", "the authority has not come to a verdict in five minutes");
    await clock.sleep(milliseconds(Math.max(wait, firstPoll)), signal);
    pause = milliseconds(Math.min(pause * 1.5, longestPoll));
  }
}
