import { tokenRequestSchema } from "@netwright/api";
import { json } from "../http/answers.ts";
import { readJson } from "../http/body.ts";
import { parse } from "../http/parse.ts";
import type { Route } from "../http/route.ts";
import type { ServerContext } from "./context.ts";

const limit = 16 * 2 ** 10;

export const tokenRoutes = ({ tokens, log }: ServerContext): readonly Route[] => [
  {
    method: "GET",
    path: "/v1alpha1/tokens",
    summary: "Every token, without its secret.",
    access: "Admin",
    answer: { kind: "Object", schema: "TokenList" },
    handle: () => json({ items: tokens.list() }),
  },
  {
    method: "POST",
    path: "/v1alpha1/tokens",
    summary: "Makes a token. Its secret is shown this once.",
    access: "Admin",
    body: "TokenRequest",
    answer: { kind: "Object", schema: "NewToken", status: 201 },
    handle: async (call) => {
      const token = await tokens.create(parse(tokenRequestSchema, await readJson(call.request, limit)));
      log.info("TokenCreated", {
        id: token.id,
        name: token.name,
        role: token.role,
        node: token.node,
        by: call.subject?.name,
      });
      return json(token, 201);
    },
  },
  {
    method: "DELETE",
    path: "/v1alpha1/tokens/{id}",
    summary: "Makes a token worthless at once.",
    access: "Admin",
    answer: { kind: "Object", schema: "Token" },
    handle: async (call) => {
      const token = await tokens.remove(call.params["id"] ?? "");
      log.info("TokenDeleted", { id: token.id, name: token.name, by: call.subject?.name });
      return json(token);
    },
  },
];
