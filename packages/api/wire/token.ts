/** `/v1alpha1/tokens`: who may do what. */
import { z } from "zod";
import { nameField } from "../fields/name.ts";

/** `Admin` may do everything, `Viewer` reads, `Node` is one host's or router's agent. */
export const tokenRoles = ["Admin", "Viewer", "Node"] as const;
export type TokenRole = (typeof tokenRoles)[number];

export const tokenRequestSchema = z
  .strictObject({
    name: nameField("For people; also stands in the history."),
    role: z.enum(tokenRoles),
    node: nameField("Role Node: whose state it may read.").exactOptional(),
  })
  .refine(({ role, node }) => (role === "Node") === (node !== undefined), {
    path: ["node"],
    error: "is for role Node, and required there",
  });

export type TokenRequest = z.output<typeof tokenRequestSchema>;

export interface Token {
  readonly id: string;
  readonly name: string;
  readonly role: TokenRole;
  /** Only for role Node. */
  readonly node: string | null;
  /** RFC 3339. */
  readonly createdAt: string;
}

/** The answer to making one: the only time its secret is shown. */
export interface NewToken extends Token {
  readonly secret: string;
}
