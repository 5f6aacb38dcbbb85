/** Absolute paths of directories. */
import { NetwrightError } from "@netwright/base";
import { textField } from "./text-field.ts";

const pathMax = 255;

/** @throws NW1203 for a path that is relative, goes up, is the root, or has characters that a mount could not carry. */
export function parseDirectoryPath(text: string): string {
  const steps = text.split("/").slice(1);
  const plain = steps.every((step) => /^[A-Za-z0-9._@+-]+$/.test(step) && step !== "." && step !== "..");
  if (text.startsWith("/") && text.length <= pathMax && plain) return text;
  throw new NetwrightError("NW1203", `${JSON.stringify(text.slice(0, pathMax))} is not the path of a directory`, {
    hint: "write it from the root, of letters, digits and . _ - @ +, for example /var/lib/data",
  });
}

export const directoryPathField = (description: string) =>
  textField<string>({ description, examples: ["/var/lib/data"] }, parseDirectoryPath, (value) => value);
