/** Talks to the BIRD of ours through its control socket, as birdc does, without a process for each question. */
import { createConnection } from "node:net";
import { isNetwrightError, messageOf, NetwrightError, seconds } from "@netwright/base";
import type { NodeSystem } from "@netwright/contract";
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

/** A BIRD that takes longer for an answer has lost its sessions (their hold time is 9 s) or will soon. */
const patience = seconds(5);

/** Sends one command. @throws NW1605 when BIRD does not answer in time. */
export async function birdc({ paths }: Pick<NodeSystem, "paths">, ...command: readonly string[]): Promise<Reply> {
  const { socket } = birdPaths(paths);
  try {
    return parseReply(await exchange(socket, command.join(" ")), "");
  } catch (error) {
    if (isNetwrightError(error)) throw error;
    return { kind: "Absent", message: messageOf(error) };
  }
}

function exchange(path: string, command: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = createConnection(path);
    let text = "";
    const timer = setTimeout(() => {
      socket.destroy(new NetwrightError("NW1605", `BIRD did not answer ${JSON.stringify(command)}`));
    }, patience);
    const end = (action: () => void): void => {
      clearTimeout(timer);
      action();
      socket.destroy();
    };
    socket.setEncoding("utf8");
    socket.on("data", (chunk: string) => {
      text += chunk;
      if (isWhole(text)) end(() => resolve(asPrinted(text)));
    });
    socket.on("error", (error) => end(() => reject(error)));
    socket.on("close", () => end(() => reject(new Error("BIRD ended the conversation"))));
    socket.write(`${command}\n`);
  });
}

/** A code and a blank end an answer; the first that ends so is the greeting. Pure. */
export const isWhole = (text: string): boolean =>
  text.endsWith("\n") && (text.match(/^\d{4} .*$/gm) ?? []).length >= 2 && /^\d{4} [^\n]*\n$/m.test(lastLineOf(text));

const lastLineOf = (text: string): string => text.slice(text.lastIndexOf("\n", text.length - 2) + 1);

/** In the form that `birdc -v` prints: further lines of a code are set in by its width. Pure. */
const asPrinted = (text: string): string => text.replace(/^ /gm, "     ");

/** As `birdc`, for looking only: a BIRD that hangs is as good as none. */
export async function askBird(system: NodeSystem, ...command: readonly string[]): Promise<Reply> {
  try {
    return await birdc(system, ...command);
  } catch (error) {
    if (isNetwrightError(error)) return { kind: "Absent", message: error.message };
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
