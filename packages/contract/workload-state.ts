/** What one instance of a tier should be on its host. */
import type { Digest, Ipv6, Mac, Milliseconds } from "@netwright/base";
import type { ClassId, Protocol } from "./host-state.ts";

export interface WorkloadState {
  /** Unique inside its project: `SERVICE-TIER-NUMBER`, for example `shop-web-1`. */
  readonly id: string;
  readonly service: string;
  readonly tier: string;
  readonly class: ClassId;
  /** Counts up per tier and is never used twice; the low 32 bits of the address. 1 to 2^24 - 1. */
  readonly number: number;
  readonly address: Ipv6;
  readonly mac: Mac;
  /** What runs; a change of this replaces the instance, except where the driver can change it in place (proxy members). */
  readonly run: ContainerRun | ProxyRun;
  /** Where it listens. The instance is up when its own namespace shows a socket for each. */
  readonly ports: readonly { readonly protocol: Protocol; readonly port: number }[];
  readonly health: HealthCheck | null;
  /** Absent where nobody asks for certificates. Another one takes its place without the instance being replaced. */
  readonly identity?: WorkloadIdentity;
}

/** What an instance shows, and whom it believes, where its tier and proxies speak TLS. */
export interface WorkloadIdentity {
  /** Of certificate chain and private key, PEM. Finds them in `HostState.secrets`. Empty: not made yet. */
  readonly digest: string;
  /** Certificate of the authority that signs for the service alone, PEM. */
  readonly authority: string;
  /** The name in it. */
  readonly name: string;
}

export interface ContainerRun {
  readonly kind: "Container";
  /** `host`: a read-only view of the host's own file system. Else a name as `formatImageReference` writes it. */
  readonly image: string;
  /**
   * What the name stands for, the same for all instances of a tier. Absent for `host`, and as long as nobody knows it:
   * then hosts look it up and report it, and the instance waits.
   */
  readonly digest?: Digest;
  /** Instead of the image's own command and arguments; empty: those. */
  readonly command: readonly string[];
  /** After `command`, or instead of the image's own arguments. Absent where there are none. */
  readonly args?: readonly string[];
  readonly env: readonly EnvVariable[];
  readonly files: readonly WorkloadFile[];
  /** Directory for what `WorkloadState.identity` says: without that it does not start. Absent: it has none. */
  readonly tls?: string;
  /** By path. Absent where there are none. */
  readonly volumes?: readonly VolumeMount[];
  readonly resources: Resources;
  /** Absent: what the image says, or `/`. */
  readonly workingDir?: string;
  /** `USER` or `USER:GROUP`, numbers or names of the image. Absent: what the image says. */
  readonly user?: string;
  /** Only for images: what it writes goes above the image, and is gone when it ends. Absent: the root is read-only. */
  readonly writableRoot?: true;
  /** How much that may be, in octets. There where `writableRoot` is. */
  readonly writableBytes?: number;
  /** Directories in memory. Sorted; absent where there are none. */
  readonly writable?: readonly string[];
  /** Absent: what the image says, or SIGTERM. */
  readonly stopSignal?: string;
  /** Between the stop signal and SIGKILL. */
  readonly stopGracePeriod: Milliseconds;
}

export type EnvVariable =
  | { readonly name: string; readonly value: string }
  | { readonly name: string; readonly secret: SecretRef };

export type WorkloadFile = FileTarget &
  (
    | {
        /** The octets, in base64. */
        readonly content: string;
      }
    | { readonly secret: SecretRef }
  );

export interface FileTarget {
  /** Absolute, inside the workload. */
  readonly path: string;
  /** Permission bits, for example 0o644. */
  readonly mode: number;
}

/** A directory that outlives the container. */
export type VolumeMount =
  | {
      readonly kind: "Volume";
      /** Of a `VolumeState` of the same host. */
      readonly id: string;
      /** Absolute, inside the workload. */
      readonly path: string;
      readonly readOnly: boolean;
      /** It grows to this; it never shrinks. */
      readonly sizeBytes: number;
    }
  | {
      readonly kind: "HostPath";
      /** A directory of the host that its operator allows. */
      readonly source: string;
      readonly path: string;
      readonly readOnly: boolean;
    };

/** A value that stands in no `run`, so that names, hashes and words made from one tell nothing of it. */
export interface SecretRef {
  /** Name of the Secret, in the project of the workload. */
  readonly name: string;
  readonly key: string;
  /** Of the value with a random salt: another value has another digest. Finds it in `HostState.secrets`. */
  readonly digest: string;
}

export interface Resources {
  /** Thousandths of a CPU; null is no limit. */
  readonly cpuMillis: number | null;
  /** Octets; null is no limit. */
  readonly memoryBytes: number | null;
  /** Processes and threads. */
  readonly pids: number;
  /** Absent: no limit. */
  readonly io?: IoLimits;
}

/** Of each disk, a second. What is absent has no limit. */
export interface IoLimits {
  /** Octets. */
  readonly readBytes?: number;
  readonly writeBytes?: number;
  readonly readOperations?: number;
  readonly writeOperations?: number;
}

/** Asked of the instance itself, on its own host. */
export interface HealthCheck {
  readonly kind: "Http" | "Https" | "Tcp";
  readonly port: number;
  /** Empty for Tcp. */
  readonly path: string;
  /** The name that is asked for. Absent: that of the listener, or the address. */
  readonly host?: string;
  /** Codes and ranges that are healthy: `200,300-399`. Absent: 200 to 399. */
  readonly codes?: string;
  readonly interval: Milliseconds;
  readonly timeout: Milliseconds;
  /** Checks in a row that change the verdict. */
  readonly rise: number;
  readonly fall: number;
}

/** A reverse proxy instance: listeners in front, one backend of members behind each. */
export interface ProxyRun {
  readonly kind: "Proxy";
  readonly listeners: readonly ProxyListener[];
  /** By name. */
  readonly backends: readonly ProxyBackend[];
  /** By name. */
  readonly certificates: readonly ProxyCertificate[];
  /** What certificate authorities ask for over plain HTTP now (RFC 8555 section 8.3). By token; absent: nothing. */
  readonly challenges?: readonly ProxyChallenge[];
}

export interface ProxyChallenge {
  /** The last part of the path that is asked for; base64url. */
  readonly token: string;
  readonly answer: string;
}

/** `Redirect` answers 308 to the same URL with https, `Plain` nothing but challenges. */
export type ProxyListener =
  | {
      readonly kind: "Https";
      readonly port: number;
      readonly hostname: string;
      readonly certificate: string;
      readonly backend: string;
      /** Seconds for which browsers are told to use nothing but https (RFC 6797); absent: they are not told. */
      readonly hsts?: number;
    }
  | { readonly kind: "Redirect"; readonly port: number; readonly hostname: string; readonly httpsPort: number }
  | { readonly kind: "Plain"; readonly port: number; readonly hostname: string };

export interface ProxyBackend {
  readonly name: string;
  /** By instance. Changed without reload and without dropping a connection. */
  readonly members: readonly {
    readonly instance: string;
    readonly address: Ipv6;
    readonly port: number;
    /** It is spoken to with TLS, as `ProxyBackend.tls` says. */
    readonly tls?: true;
  }[];
  readonly health: HealthCheck | null;
  /** Absent where no member asks for it. */
  readonly tls?: BackendTls;
}

export interface BackendTls {
  /** What the proxy shows: the name of a `ProxyCertificate`. */
  readonly certificate: string;
  /** Certificate of the authority that members are believed by, PEM. */
  readonly authority: string;
  /** What their certificates must be for. */
  readonly name: string;
}

export interface ProxyCertificate {
  readonly name: string;
  /** Of certificate chain, then private key, PEM (RFC 7468). Finds them in `HostState.secrets`. */
  readonly digest: string;
}
