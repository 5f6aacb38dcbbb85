/** The files of a support bundle while they are collected, and its table of contents. */
import { createHash } from "node:crypto";
import { messageOf, removed } from "@netwright/base";

export interface BundleFile {
  readonly path: string;
  readonly text: string;
  /** Where it came from, in words. */
  readonly from: string;
}

export interface Missing {
  readonly what: string;
  readonly reason: string;
}

/** `manifest.json`: what is inside, and what is not. */
export interface BundleManifest {
  readonly format: 1;
  /** RFC 3339. */
  readonly createdAt: string;
  readonly version: string;
  /** What stands where a secret was. */
  readonly removed: string;
  readonly files: readonly {
    readonly path: string;
    readonly octets: number;
    readonly sha256: string;
    readonly from: string;
  }[];
  readonly missing: readonly Missing[];
}

export class Bundle {
  readonly #redact: (text: string) => string;
  readonly #files = new Map<string, BundleFile>();
  readonly #missing: Missing[] = [];

  constructor(redact: (text: string) => string) {
    this.#redact = redact;
  }

  /** Takes secrets out of everything, whoever did so before. */
  add(path: string, text: string, from: string): void {
    this.#files.set(path, { path, text: this.#redact(text), from });
  }

  lacks(what: string, error: unknown): void {
    this.#missing.push({ what, reason: this.#redact(messageOf(error)) });
  }

  /** By path. */
  get files(): readonly BundleFile[] {
    return [...this.#files.values()].toSorted((a, b) => (a.path < b.path ? -1 : 1));
  }

  get missing(): readonly Missing[] {
    return this.#missing.toSorted((a, b) => (a.what < b.what ? -1 : 1));
  }

  manifest(version: string, createdAt: string): BundleManifest {
    const files = this.files.map(({ path, text, from }) => ({
      path,
      octets: Buffer.byteLength(text),
      sha256: createHash("sha256").update(text).digest("hex"),
      from,
    }));
    return { format: 1, createdAt, version, removed, files, missing: this.missing };
  }
}
