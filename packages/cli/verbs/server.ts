/** `server serve`: the server. */
import { serverMain, serverUsage } from "@netwright/server/main.ts";
import { programVerb } from "./shared/program-verb.ts";

export const verb = programVerb(serverUsage, serverMain);
