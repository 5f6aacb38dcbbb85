import type { TokenRole } from "@netwright/api";

/** Who a token speaks for. */
export interface Subject {
  /** Stands in the history. */
  readonly name: string;
  readonly role: TokenRole;
  /** Role Node: the host or router whose agent it is. */
  readonly node: string | null;
}

/**
 * Who may call a route: `Anyone` without a token; `Viewer` every viewer and admin; `Node` the node named in the path
 * and admins; `Admin` admins alone.
 */
export type Access = "Anyone" | "Viewer" | "Node" | "Admin";

export function mayCall(subject: Subject, access: Access, node: string | undefined): boolean {
  if (access === "Anyone" || subject.role === "Admin") return true;
  if (access === "Viewer") return subject.role === "Viewer";
  return access === "Node" && subject.role === "Node" && subject.node === node;
}
