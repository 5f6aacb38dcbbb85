/** Absolute paths of files on a node. */
import { NetwrightError } from "@netwright/base";
import { textField } from "./text-field.ts";

/** @throws NW1203 for a path that is relative, goes up, or has characters that a configuration could not carry. */
export function parseFilePath(text: string): string {
  const steps = text.split("/").slice(1);
  const plain = steps.every((step) => /^[A-Za-z0-9._@+-]+$/.test(step) && step !== "." && step !== "..");
  if (text.startsWith("/") && text.length <= 255 && plain) return text;
  throw new NetwrightError("NW1203", `${JSON.stringify(text.slice(0, 255))} is not the path of a file`, {
    hint: "write it from the root, of letters, digits and . _ - @ +, for example /etc/netwright/edge1.password",
  });
}

export const filePathField = (description: string) =>
  textField<string>({ description, examples: ["/etc/netwright/edge1.password"] }, parseFilePath, (value) => value);
