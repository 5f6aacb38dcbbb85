/** Every generated page: a path in the checkout and what writes its text. One line adds one. */
import { renderCliPage } from "./cli-page.ts";
import { renderErrorsPage } from "./errors-page.ts";
import { renderHttpApiPage } from "./http-api-page.ts";
import { kindPages } from "./kind-pages.ts";
import { renderKindsPage } from "./kinds-page.ts";
import { renderMetricsPage } from "./metrics-page.ts";

export interface Page {
  readonly path: string;
  readonly render: () => string | Promise<string>;
}

export const pages: readonly Page[] = [
  { path: "docs/reference/cli.md", render: renderCliPage },
  { path: "docs/reference/errors.md", render: renderErrorsPage },
  { path: "docs/reference/http-api.md", render: renderHttpApiPage },
  { path: "docs/reference/kinds.md", render: renderKindsPage },
  { path: "docs/reference/metrics.md", render: renderMetricsPage },
  ...kindPages,
];
