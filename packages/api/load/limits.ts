/** What the loader takes at most; all of it is documented in the README of this folder. */

/** Octets of one manifest file. */
export const manifestOctetsMax = 4 * 2 ** 20;
/** Lines and commas of one file: bounds the time that the YAML parser can take. */
export const manifestEntriesMax = 100_000;
/** Characters that aliases may add by repeating what they name. */
export const aliasCharactersMax = 2 ** 20;
/** Octets of one file named by a workload, and of all of them in one object. */
export const workloadFileOctetsMax = 2 ** 20;
export const workloadFilesOctetsMax = 4 * 2 ** 20;
/** YAML errors of one document that are worth reading; the rest mostly follows from the first. */
export const syntaxErrorsMax = 5;
/** Complaints about one document; nobody reads more at once. */
export const findingsMax = 100;
