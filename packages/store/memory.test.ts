import { storeCompliance } from "@netwright/testkit/store-compliance.ts";
import { memoryStore } from "./memory.ts";

storeCompliance("memory", { open: async (keepRevisions) => memoryStore({ keepRevisions }) });
