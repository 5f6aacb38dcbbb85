/** One call of the API: headers, query, errors back from problem details. */
import { NetwrightError, type ErrorCode } from "@netwright/base";
import { errorOfProblem } from "../wire/problem.ts";
import { valuesOf } from "./lines.ts";
import type { HttpRequest, HttpResponse, Transport } from "./transport.ts";

export type Query = Readonly<Record<string, string | number | boolean | undefined>>;

export interface CallOptions {
  readonly query?: Query;
  readonly body?: unknown;
  readonly signal?: AbortSignal | undefined;
}

export interface Exchange {
  /** The JSON answer. @throws what the server answered, or NW1505. */
  call<T>(method: HttpRequest["method"], path: string, options?: CallOptions): Promise<T>;
  /** The text of the answer. */
  text(path: string, options?: CallOptions): Promise<string>;
  /** The answer's NDJSON values as they come; ends quietly when aborted. */
  stream<T>(method: HttpRequest["method"], path: string, options?: CallOptions): AsyncIterable<T>;
  /** Sends NDJSON as it is made. */
  upload(path: string, values: AsyncIterable<unknown>, signal?: AbortSignal): Promise<void>;
}

export interface ExchangeOptions {
  readonly transport: Transport;
  /** Bearer token (RFC 6750). */
  readonly token?: string | undefined;
}

/** Longest answer that is read whole. */
const answerMax = 256 * 2 ** 20;

export function createExchange({ transport, token }: ExchangeOptions): Exchange {
  const authorization: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const send = async (
    method: HttpRequest["method"],
    path: string,
    { query, body, signal }: CallOptions,
  ): Promise<HttpResponse> => {
    const content = body === undefined ? {} : { body: JSON.stringify(body) };
    const type: Record<string, string> = body === undefined ? {} : { "content-type": "application/json" };
    return accepted(
      await transport({
        method,
        path: path + queryText(query),
        headers: { accept: "application/json", ...authorization, ...type },
        ...content,
        ...(signal === undefined ? {} : { signal }),
      }),
    );
  };
  return {
    call: async <T>(method: HttpRequest["method"], path: string, options: CallOptions = {}): Promise<T> =>
      json(await wholeText(await send(method, path, options))) as T,
    text: async (path, options = {}) => wholeText(await send("GET", path, options)),
    stream: (method, path, options = {}) => streamed(() => send(method, path, options), options.signal),
    upload: async (path, values, signal) => {
      const headers = { accept: "application/json", "content-type": "application/x-ndjson", ...authorization };
      const request = {
        method: "POST" as const,
        path,
        headers,
        body: linesFrom(values),
        ...(signal === undefined ? {} : { signal }),
      };
      await wholeText(await accepted(await transport(request)));
    },
  };
}

function queryText(query: Query = {}): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) parameters.set(name, String(value));
  return parameters.size === 0 ? "" : `?${parameters.toString()}`;
}

async function* linesFrom(values: AsyncIterable<unknown>): AsyncGenerator<string> {
  for await (const value of values) yield `${JSON.stringify(value)}\n`;
}

async function* streamed<T>(open: () => Promise<HttpResponse>, signal: AbortSignal | undefined): AsyncGenerator<T> {
  try {
    yield* valuesOf<T>((await open()).body);
  } catch (error) {
    if (signal?.aborted !== true) throw error;
  }
}

async function wholeText({ body }: HttpResponse): Promise<string> {
  const decoder = new TextDecoder();
  const parts: string[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > answerMax) throw new NetwrightError("NW1505", `the server's answer is longer than ${answerMax} octets`);
    parts.push(decoder.decode(chunk, { stream: true }));
  }
  return parts.join("");
}

function json(text: string): unknown {
  if (text.trim() === "") return null;
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new NetwrightError("NW1505", "what answered is not a Netwright server", {
      cause,
      hint: "check the address given by --server",
    });
  }
}

async function accepted(response: HttpResponse): Promise<HttpResponse> {
  if (response.status >= 200 && response.status < 300) return response;
  const text = await wholeText(response);
  throw errorOfProblem(parsed(text)) ?? unexplained(response.status);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const codeOfStatus: Readonly<Record<number, ErrorCode>> = {
  401: "NW1503",
  403: "NW1504",
  404: "NW1501",
  409: "NW1502",
  503: "NW1505",
};

/** For answers that are not ours: a proxy in between, or another server. */
function unexplained(status: number): NetwrightError {
  const code = codeOfStatus[status] ?? (status >= 500 ? "NW1505" : "NW1506");
  return new NetwrightError(code, `the server answered ${status} and gave no reason`);
}
