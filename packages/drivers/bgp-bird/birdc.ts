/** Talks to the BIRD of ours through its control socket, as birdc does, without a process for each question. */
import { isNetwrightError, messageOf } from "@netwright/base";
import type { NodeSystem } from "@netwright/contract";
import { converse } from "./control-socket.ts";
import { birdPaths } from "./paths.ts";

export interface ReplyLine {
  /** BIRD's four-digit code: 0xxx done, 1xxx data, 2xxx headings, 8xxx refused, 9xxx not understood. */
  readonly code: number;
  readonly text: string;
}

export type Reply =
  | { readonly kind: "Answer"; readonly lines: readonly ReplyLine[] }
  | { readonly kind: "Refused"; readonly code: number; readonly message: string }
  /** Nobody answers at the socket. */
  | { readonly kind: "Absent"; readonly message: string };

export type Ask = (...command: readonly string[]) => Promise<Reply>;

/** Sends one command. @throws NW1605 when BIRD does not answer in time. */
export function birdc(system: Pick<NodeSystem, "paths">, ...command: readonly string[]): Promise<Reply> {
  return together(
    system,
    (ask) => ask(...command),
    (absent): Reply => absent,
  );
}

/** Several commands over one connection. @throws NW1605 when BIRD does not answer in time. */
export async function together<T>(
  { paths }: Pick<NodeSystem, "paths">,
  talk: (ask: Ask) => Promise<T>,
  otherwise: (absent: Reply & { readonly kind: "Absent" }) => T,
): Promise<T> {
  try {
    return await converse(birdPaths(paths).socket, (ask) =>
      talk(async (...command) => parseReply(await ask(command.join(" ")), "")),
    );
  } catch (error) {
    if (isNetwrightError(error)) throw error;
    return otherwise({ kind: "Absent", message: messageOf(error) });
  }
}

/** As `together`, for looking only: a BIRD that hangs is as good as none. */
export async function look<T>(system: NodeSystem, talk: (ask: Ask) => Promise<T>, otherwise: T): Promise<T> {
  try {
    return await together(system, talk, () => otherwise);
  } catch (error) {
    if (isNetwrightError(error)) return otherwise;
    throw error;
  }
}

/** Lines after a coded one that begin with blanks belong to the same code. Pure. */
export function parseReply(stdout: string, stderr: string): Reply {
  const lines: ReplyLine[] = [];
  for (const line of stdout.split("\n")) {
    const [, code, text] = /^(\d{4})[ -](.*)$/.exec(line) ?? [];
    if (code !== undefined) lines.push({ code: Number(code), text: text ?? "" });
    else if (line.startsWith("     ")) lines.push({ code: lines.at(-1)?.code ?? 0, text: line.slice(5) });
  }
  const refused = lines.find(({ code }) => code >= 8000);
  if (refused !== undefined) return { kind: "Refused", code: refused.code, message: refused.text };
  if (lines.length === 0) return { kind: "Absent", message: (stderr + stdout).trim() };
  return { kind: "Answer", lines };
}

/** Texts of one code. */
export function textsOf(reply: Reply, code: number): readonly string[] {
  return reply.kind === "Answer" ? reply.lines.filter((line) => line.code === code).map(({ text }) => text) : [];
}
