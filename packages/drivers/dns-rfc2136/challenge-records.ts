/** TXT records by which a certificate authority sees who controls a name (RFC 8555 section 8.4). */
import { Resolver } from "node:dns/promises";
import { milliseconds, NetwrightError, seconds, type Clock } from "@netwright/base";
import { checkServer, nameProblem } from "./check.ts";
import { parseAnswers } from "./parse.ts";
import { renderMessages } from "./render.ts";
import type { DnsUpdaterOptions } from "./updater.ts";

export interface ChallengeRecords {
  /** Resolves when the name server shows it. @throws NW1203, NW1505, NW1601 */
  add(hostname: string, content: string): Promise<void>;
  /** No error when it is not there. */
  remove(hostname: string, content: string): Promise<void>;
}

/** Seconds: nobody asks for it twice. */
const ttl = 5;
const patience = seconds(10);

/** Others may have values at the same name, so that values come and go one by one and no marker stands beside them. */
export function createChallengeRecords(options: DnsUpdaterOptions & { readonly clock: Clock }): ChallengeRecords {
  checkServer(options);
  const { server, port, zone, clock } = options;
  const resolver = new Resolver({ timeout: 1000, tries: 2 });
  resolver.setServers([server.includes(":") ? `[${server}]:${port}` : `${server}:${port}`]);
  const shows = async (name: string, content: string): Promise<boolean> => {
    const values = await resolver.resolveTxt(name).catch(() => []);
    return values.some((parts) => parts.join("") === content);
  };
  const nameOf = (hostname: string): string => {
    const problem = nameProblem(hostname, zone);
    if (problem !== undefined) throw NetwrightError.of([problem]);
    return `_acme-challenge.${hostname}`;
  };
  const send = async (line: string): Promise<void> => {
    const input = renderMessages(options, [[line]]);
    const result = await options.runner.run(["nsupdate", "-v", "-t", "5"], { input, timeout: seconds(20) });
    const [answer] = parseAnswers(result.stdout);
    const where = `name server ${server} port ${port}`;
    if (answer === undefined) throw new NetwrightError("NW1505", `${where} does not answer: ${result.stderr.trim()}`);
    if (answer.status !== "NOERROR" || answer.tsig !== null)
      throw new NetwrightError("NW1601", `${where} refuses the update (${answer.tsig ?? answer.status})`);
  };
  return {
    async add(hostname, content) {
      const name = nameOf(hostname);
      await send(`update add ${name}. ${ttl} TXT "${plain(content)}"`);
      const deadline = clock.monotonic() + patience;
      while (!(await shows(name, content))) {
        if (clock.monotonic() > deadline)
          throw new NetwrightError("NW1601", `the name server accepted the record ${name} but does not show it`);
        await clock.sleep(milliseconds(50));
      }
    },
    remove: (hostname, content) => send(`update delete ${nameOf(hostname)}. TXT "${plain(content)}"`),
  };
}

/** Base64url: nothing that could end the quotes. */
function plain(content: string): string {
  if (!/^[A-Za-z0-9_-]+$/.test(content)) throw new RangeError("Invariant: the content is base64url");
  return content;
}
