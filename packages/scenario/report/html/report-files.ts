/** What the page knows of the files beside it. */
export interface ReportFiles {
  /** A path of the report as the page links to it. */
  readonly href: (path: string) => string;
  /** Of a file that is small enough to stand in the page itself. */
  readonly text: (path: string) => string | undefined;
  /** All files in a directory of artefacts, as paths, sorted. */
  readonly below: (directory: string) => readonly string[];
}
