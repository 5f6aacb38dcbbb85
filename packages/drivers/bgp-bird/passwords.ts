/**
 * TCP MD5 passwords (RFC 2385). They come from files on the node and stand in one included file that root alone reads;
 * the configuration itself, states, changes' descriptions and reports name the neighbour and never the password. Pure.
 */
import type { BgpState } from "@netwright/contract";

/** Where the password of a session with a neighbour is. */
export interface PasswordFile {
  readonly neighbor: string;
  readonly path: string;
}

export type Password =
  | { readonly neighbor: string; readonly path: string; readonly password: string }
  | { readonly neighbor: string; readonly path: string; readonly problem: string };

export function passwordFilesOf({ neighbors }: Pick<BgpState, "neighbors">): readonly PasswordFile[] {
  return neighbors.flatMap(({ name, foreign }) => {
    const path = foreign?.passwordFile ?? null;
    return path === null ? [] : [{ neighbor: name, path }];
  });
}

/** The kernel's bound: TCP_MD5SIG_MAXKEYLEN of linux/tcp.h. */
const longest = 80;

/** @param content of the file; undefined when it cannot be read. */
export function readPassword(file: PasswordFile, content: string | undefined): Password {
  if (content === undefined) return { ...file, problem: "there is no such file" };
  const password = /^[^\r\n]*/.exec(content)?.[0] ?? "";
  if (password === "") return { ...file, problem: "its first line is empty" };
  if (password.length > longest) return { ...file, problem: `its first line has more than ${longest} characters` };
  // BIRD's strings know no escapes.
  if (!/^[ !#-~]+$/.test(password))
    return { ...file, problem: 'its first line has a character that is not ASCII, not printable, or "' };
  return { ...file, password };
}

export const passwordSymbol = (neighbor: string): string => `'password.${neighbor}'`;
/** 1 while the password is missing: the session is then off, never open. */
export const lackingSymbol = (neighbor: string): string => `'lacking.${neighbor}'`;

/** The included file. */
export function renderPasswords(passwords: readonly Password[]): string {
  const lines = passwords.flatMap((each) => {
    const password = "password" in each ? each.password : "";
    return [
      `define ${passwordSymbol(each.neighbor)} = "${password}";\n`,
      `define ${lackingSymbol(each.neighbor)} = ${password === "" ? 1 : 0};\n`,
    ];
  });
  return `# Written by Netwright; changes made here are lost. Passwords: for root's eyes only.\n${lines.join("")}`;
}
