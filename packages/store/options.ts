/** What every store can be told. */
export interface StoreOptions {
  /** How many of the last revisions `watch` can start from; older changes are forgotten as new ones come. */
  readonly keepRevisions?: number;
}

/** A day of one apply every ten seconds. */
export const defaultKeepRevisions = 10_000;
