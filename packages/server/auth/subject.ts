import type { TokenRole } from "@netwright/api";

/** Who a token speaks for. */
export interface Subject {
  /** Stands in the history. */
  readonly name: string;
  readonly role: TokenRole;
  /** Role Node: the host or router whose agent it is. */
  readonly node: string | null;
  /** The project that it is bound to, outside of which there is nothing for it; null: the whole site. */
  readonly project: string | null;
}

/**
 * Who may call a route: `Anyone` without a token; `Token` with any; `Viewer` viewers, editors and admins; `Editor`
 * editors and admins; `Node` the node named in the path and admins of the site; `Admin` admins alone.
 */
export type Access = "Anyone" | "Token" | "Viewer" | "Editor" | "Node" | "Admin";

/** `Project`: tokens of one project may call it too, and meet only what is theirs. */
export type Reach = "Site" | "Project";

const ranks = { Viewer: 1, Editor: 2, Admin: 3 } as const;

export function mayCall(
  { role, node, project }: Subject,
  { access, reach }: { readonly access: Access; readonly reach: Reach },
  nodeInPath: string | undefined,
): boolean {
  if (access === "Anyone" || access === "Token") return true;
  if (reach === "Site" && project !== null) return false;
  if (role === "Node") return access === "Node" && node === nodeInPath;
  return ranks[role] >= (access === "Node" ? ranks.Admin : ranks[access]);
}
