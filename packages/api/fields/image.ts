/** Names of images, in their one canonical form. */
import { formatImageReference, parseImageReference } from "@netwright/base";
import { textField } from "./text-field.ts";

/** @throws NW1203 with a hint. */
const parseImage = (text: string): string => formatImageReference(parseImageReference(text));

export const imageField = (description: string) =>
  textField<string>(
    { description, examples: ["registry.example.net/shop:1.4", "oci:./shop-image", "host"] },
    parseImage,
    (value) => value,
  );
