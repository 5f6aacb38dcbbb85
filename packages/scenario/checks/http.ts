/** `http`: what a web server answers, asked by curl. */
import type { SubjectOf } from "@netwright/api";
import { NetwrightError } from "@netwright/base";
import { bodyMark, curlArguments, parseCurl, type HttpAnswer } from "./http-curl.ts";
import { certificateProblem, printCertificate } from "./http-certificate.ts";
import { cutNote, isUndecided, printExpectation, shown, textProblem } from "./expect-text.ts";
import type { CheckKind } from "./look.ts";
import { connectTo, fateLook } from "./tcp.ts";

type Http = SubjectOf<"http">;

export const http: CheckKind<"http"> = {
  title: ({ method, url, status, is }, at) => `${at}: ${method} ${url} is ${is === "Open" ? status : is}`,
  look: async (look) => {
    const { spec, world, limit } = look;
    const at = look.at as string;
    if (spec.is !== "Open") {
      const { fate, seen } = await connectTo(look, { ...spec, to: authorityOf(spec.url) });
      return { ...fateLook(fate, spec.is), expected: spec.is, seen };
    }
    const argv = curlArguments(spec, world.topology, at, limit.timeout);
    const { code, stdout, stderr, timedOut, truncated } = await world.run(at, { argv }, limit);
    if (code === 127) throw new NetwrightError("NW1602", `${at} has no curl`);
    const expected = printExpected(spec);
    if (timedOut) return { ok: false, expected, seen: `no answer in ${limit.timeout} ms` };
    if (!stderr.includes(bodyMark))
      return { ok: false, unknown: true, expected, seen: stderr.trim() || `curl ended with status ${code}` };
    const answer = parseCurl(stdout, stderr);
    // Without a status there was no answer; with one, it broke off.
    if (code !== 0) {
      const seen = answer.status === 0 ? curlSays(code, answer.error) : `status ${answer.status}, then ${answer.error}`;
      return { ok: false, ...(nothingAsked.has(code) ? { unknown: true } : {}), expected, seen };
    }
    const problems = problemsOf(spec, answer, world.clock.now());
    const seen = problems.length > 0 ? problems.join(", ") : `status ${answer.status}, ${shown(answer.body)}`;
    const undecided = problems.length <= 1 && isUndecided(spec.body, truncated, textProblem(answer.body, spec.body));
    if (undecided) return { ok: false, unknown: true, expected, seen: seen + cutNote(truncated) };
    return { ok: problems.length === 0, expected, seen: seen + cutNote(truncated) };
  },
};

/** Exit statuses of curl when it never came to ask: what it was told to do, or a name that is not resolved. */
const nothingAsked: ReadonlySet<number> = new Set([1, 2, 3, 4, 5, 6, 27, 43, 48]);

/** HOST:PORT of a URL. */
export function authorityOf(text: string): string {
  const { protocol, hostname, port } = new URL(text);
  return `${hostname}:${port === "" ? (protocol === "https:" ? 443 : 80) : port}`;
}

/** Exit statuses of curl that tell a fate. */
function curlSays(code: number, error: string): string {
  if (code === 7) return `no connection: ${error}`;
  return code === 28 ? `Dropped: ${error}` : error;
}

const printExpected = ({ status, version, answerHeaders, body, certificate }: Http): string =>
  [
    `status ${status}`,
    ...(version === undefined ? [] : [`HTTP/${version}`]),
    ...Object.entries(answerHeaders).map(([name, value]) => `${name} matches /${value}/`),
    ...(body === undefined ? [] : [printExpectation("body", body)]),
    ...(certificate === undefined ? [] : [printCertificate(certificate)]),
  ].join(", ");

/** @param now for how long a certificate is valid */
export function problemsOf(spec: Http, answer: HttpAnswer, now: number): readonly string[] {
  const body = textProblem(answer.body, spec.body);
  return [
    ...(answer.status === spec.status ? [] : [`status ${answer.status}: ${shown(answer.body)}`]),
    ...(spec.version === undefined || answer.version === spec.version ? [] : [`HTTP/${answer.version}`]),
    ...headerProblems(spec.answerHeaders, answer.headers),
    ...(body === undefined ? [] : [`body ${body}`]),
    ...(spec.certificate === undefined ? [] : certificateProblem(spec.certificate, answer.certificate, now)),
  ];
}

function headerProblems(
  expected: Readonly<Record<string, string>>,
  headers: ReadonlyMap<string, readonly string[]>,
): readonly string[] {
  return Object.entries(expected).flatMap(([name, pattern]) => {
    const values = headers.get(name.toLowerCase());
    if (values === undefined) return [`no header ${name}`];
    return values.some((value) => new RegExp(pattern, "u").test(value)) ? [] : [`${name} is ${values.join(", ")}`];
  });
}
