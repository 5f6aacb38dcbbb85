/** `/v1alpha1/tokens`: who may do what. */
import { z } from "zod";
import { nameField } from "../fields/name.ts";

/**
 * `Admin` may do everything, `Editor` changes what belongs to projects, `Viewer` reads, `Node` is one host's or router's
 * agent. Bound to a project, the first three do so in it alone: an admin of it makes its tokens.
 */
export const tokenRoles = ["Admin", "Editor", "Viewer", "Node"] as const;
export type TokenRole = (typeof tokenRoles)[number];

export const tokenRequestSchema = z
  .strictObject({
    name: nameField("For people; also stands in the history."),
    role: z.enum(tokenRoles),
    node: nameField("Role Node: whose state it may read.").exactOptional(),
    project: nameField("The project that it is bound to; the whole site when left out.").exactOptional(),
  })
  .refine(({ role, node }) => (role === "Node") === (node !== undefined), {
    path: ["node"],
    error: "is for role Node, and required there",
  })
  .refine(({ role, project }) => role !== "Node" || project === undefined, {
    path: ["project"],
    error: "is not for role Node: a host serves all projects",
  });

export type TokenRequest = z.output<typeof tokenRequestSchema>;

export interface Token {
  readonly id: string;
  readonly name: string;
  readonly role: TokenRole;
  /** Only for role Node. */
  readonly node: string | null;
  /** The project that it is bound to; null: the whole site. */
  readonly project: string | null;
  /** RFC 3339. */
  readonly createdAt: string;
}

/** `GET /v1alpha1/self`: whose token was sent. */
export type Self = Pick<Token, "name" | "role" | "node" | "project">;

/** The answer to making one: the only time its secret is shown. */
export interface NewToken extends Token {
  readonly secret: string;
}
