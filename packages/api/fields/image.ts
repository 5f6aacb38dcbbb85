/** Names of images. Only `host` can be run so far. */
import { NetwrightError } from "@netwright/base";
import { textField } from "./text-field.ts";

const forms = [
  /^oci:.+$/,
  /^oci-archive:.+$/,
  /^[a-z0-9.-]+(:\d+)?(\/[a-z0-9._-]+)+(:[\w.-]{1,128})?(@sha256:[0-9a-f]{64})?$/,
];

/** @throws NW1206 for forms that are planned, NW1203 for anything else. */
export function parseImage(text: string): "host" {
  if (text === "host") return text;
  if (forms.some((form) => form.test(text))) {
    throw new NetwrightError("NW1206", `image ${JSON.stringify(text)} cannot be run yet: there is no image store`, {
      hint: "write image: host to run a command on a read-only view of the host's own file system",
    });
  }
  throw new NetwrightError("NW1203", `${JSON.stringify(text)} is not an image`, {
    hint: "host, oci:DIRECTORY, oci-archive:FILE or registry/name:tag",
  });
}

export const imageField = (description: string) =>
  textField<"host">({ description, examples: ["host"] }, parseImage, (value) => value);
