import { NetwrightError } from "@netwright/base";

/** An image that this host will not use. @returns NW1611 */
export function unusable(message: string, hint = "build the image anew with a current tool"): NetwrightError {
  return new NetwrightError("NW1611", message, { hint });
}
