/** What nsupdate printed. Pure. */

export interface UpdateAnswer {
  /** RFC 2136 section 2.2, for example `NOERROR` or `YXRRSET`. */
  readonly status: string;
  /** RFC 8945 section 5.2, for example `BADSIG`; null when the key was accepted or not judged. */
  readonly tsig: string | null;
}

/** In the order of the messages. A message that was not answered has none, nor have those after it. */
export function parseAnswers(stdout: string): readonly UpdateAnswer[] {
  return stdout.split(/^Answer:$/m).flatMap((block) => {
    const status = /^;; ->>HEADER<<- opcode: UPDATE, status: (\w+),/m.exec(block)?.[1];
    if (status === undefined) return [];
    return [{ status, tsig: /\b(BADSIG|BADKEY|BADTIME|BADTRUNC)\b/.exec(block)?.[1] ?? null }];
  });
}
