/** `agent run`: the agent of this host or router. */
import { agentMain, agentUsage } from "@netwright/agent/main.ts";
import { programVerb } from "./shared/program-verb.ts";

export const verb = programVerb(agentUsage, agentMain);
