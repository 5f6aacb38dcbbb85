/** The octets of a workload's file, in base64 as the contract carries them. */
import type { WorkloadFileEntry } from "./workload.ts";

/** Invariant: the file's `source` was replaced by `content` when the manifest was read. */
export function fileBase64({ content = "", encoding }: Pick<WorkloadFileEntry, "content" | "encoding">): string {
  return encoding === "base64" ? content : Buffer.from(content, "utf8").toString("base64");
}
