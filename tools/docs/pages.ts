/** Every generated page: a path in the checkout and what writes its text. One line adds one. */
import { renderErrorsPage } from "./errors-page.ts";
import { kindPages } from "./kind-pages.ts";

export interface Page {
  readonly path: string;
  readonly render: () => string;
}

export const pages: readonly Page[] = [{ path: "docs/reference/errors.md", render: renderErrorsPage }, ...kindPages];
