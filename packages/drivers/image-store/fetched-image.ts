import type { Digest, LayoutReference, RegistryReference } from "@netwright/base";
import type { NodeSystem } from "@netwright/contract";
import type { Descriptor, ImageManifest, Platform } from "./manifest.ts";
import type { RegistryAccess } from "./skopeo.ts";

/** What fetching needs to know of the host and of whom to tell. */
export interface FetchContext {
  readonly system: NodeSystem;
  readonly access: RegistryAccess;
  readonly platform: Platform;
  readonly limits: ImageLimits;
  readonly signal: AbortSignal;
  /** Called now and then. */
  readonly onProgress: (progress: Progress) => void;
}

export interface ImageLimits {
  /** Octets of all layers of one image together, uncompressed. */
  readonly octets: number;
  /** Files, directories and links of one layer. */
  readonly entries: number;
}

export interface Progress {
  readonly step: "Fetching" | "Unpacking";
  /** Octets of layers, compressed. */
  readonly done: number;
  readonly total: number;
}

/** An image whose blobs are on this host, proven as far as manifests and configuration go. */
export interface FetchedImage {
  readonly manifest: ImageManifest;
  /** Text of the configuration. */
  readonly config: string;
  readonly blobPath: (layer: Descriptor) => string;
  /** What of it is in the store's blobs. */
  readonly blobs: readonly Digest[];
}

/** One way to have images. */
export interface ImageSource<R = RegistryReference | LayoutReference> {
  /** What the name stands for at this moment. */
  resolve(context: FetchContext, reference: R): Promise<Digest>;
  /** Calls back with the image while its blobs are certain to stay. */
  fetch<T>(context: FetchContext, reference: R, digest: Digest, use: (image: FetchedImage) => Promise<T>): Promise<T>;
}
