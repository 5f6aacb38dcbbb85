/** What the client needs of a network: one exchange with a body that can be read as it comes. */
export interface HttpRequest {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  /** With query, for example `/v1alpha1/services?watch=true`. */
  readonly path: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | AsyncIterable<string>;
  readonly signal?: AbortSignal;
}

export interface HttpResponse {
  readonly status: number;
  /** Value of `content-type`; empty when there is none. */
  readonly contentType: string;
  readonly body: AsyncIterable<Uint8Array>;
}

/** @throws NW1505 when the server cannot be reached; the signal's reason when aborted. */
export type Transport = (request: HttpRequest) => Promise<HttpResponse>;
