import { RequestError } from "./request-error.ts";

/**
 * The request's JSON body.
 * @throws RequestError 413 above the limit (nothing beyond it is read), 415 for another media type, 400 when it is not JSON.
 */
export async function readJson(request: Request, limit: number): Promise<unknown> {
  const type = request.headers.get("content-type");
  if (type === null || !/^application\/([a-z0-9.-]+\+)?json\s*(;|$)/i.test(type)) {
    throw new RequestError(415, "the body is not application/json");
  }
  const text = await readText(request, limit);
  try {
    return JSON.parse(text);
  } catch {
    throw new RequestError(400, "the body is not JSON");
  }
}

async function readText(request: Request, limit: number): Promise<string> {
  const tooLarge = (): RequestError => new RequestError(413, `the body is larger than ${limit} octets`);
  if (Number(request.headers.get("content-length") ?? 0) > limit) throw tooLarge();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body ?? []) {
    size += chunk.length;
    if (size > limit) throw tooLarge();
    chunks.push(chunk);
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(Buffer.concat(chunks));
  } catch {
    throw new RequestError(400, "the body is not UTF-8");
  }
}
