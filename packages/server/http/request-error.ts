import { NetwrightError } from "@netwright/base";

/** NW1506 with the HTTP status (RFC 9110 section 15.5) that says what exactly was not understood. */
export class RequestError extends NetwrightError {
  readonly status: 400 | 404 | 405 | 413 | 415;

  constructor(status: RequestError["status"], message: string, hint?: string) {
    super("NW1506", message, hint === undefined ? {} : { hint });
    this.status = status;
  }
}
