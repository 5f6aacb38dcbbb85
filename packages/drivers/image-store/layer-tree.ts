/**
 * What a layer's archive has made so far, so that each further entry can be judged by itself: where it really lies, and
 * whether it may lie there. Answers with the entries that make the same tree for an overlay (OCI image specification,
 * layer.md; kernel documentation, filesystems/overlayfs). Pure.
 */
import type { TarHeader } from "./tar-header.ts";
import { unusable } from "./unusable.ts";

type Node =
  | { readonly kind: "Directory"; readonly header: TarHeader; readonly opaque: boolean }
  | { readonly kind: "Symlink"; readonly target: string }
  | { readonly kind: "File" }
  /** Hides what layers below have at its place. */
  | { readonly kind: "Whiteout" };

export interface Entry {
  readonly header: TarHeader;
  readonly attributes?: Readonly<Record<string, string>>;
}

/** What the layers below have at a path, as far as a layer above can depend on it. */
export type Below =
  | {
      readonly kind: "Directory";
      readonly mode: number;
      readonly uid: number;
      readonly gid: number;
      readonly mtime: number;
    }
  | { readonly kind: "Symlink"; readonly target: string };

const opaqueAttribute = { "trusted.overlay.opaque": "y" };

const pathMax = 4096;
const nameMax = 255;
/** As the kernel's own (path_resolution(7)). */
const linksMax = 40;

const shown = (path: string): string => JSON.stringify(Buffer.from(path, "latin1").toString("utf8").slice(0, 200));

/** Below the root, whether it was written absolute or not. @throws NW1611 for one that would leave it. */
function componentsOf(path: string): readonly string[] {
  if (path.includes("\0") || path.length > pathMax)
    throw unusable(`a layer has a name that is no path: ${shown(path)}`);
  const parts = path.split("/").filter((part) => part !== "" && part !== ".");
  if (parts.includes("..")) throw unusable(`a layer has an entry outside of its root: ${shown(path)}`);
  if (parts.some((part) => part.length > nameMax))
    throw unusable(`a layer has a name that is too long: ${shown(path)}`);
  return parts;
}

const directoryHeader = (name: string): TarHeader => ({
  name,
  type: "5",
  linkName: "",
  mode: 0o755,
  uid: 0,
  gid: 0,
  size: 0,
  mtime: 0,
});

export class LayerTree {
  readonly #nodes = new Map<string, Node>();
  readonly #below: (path: string) => Below | undefined;

  /** @param below asked only where the archive itself does not say what leads to an entry */
  constructor(below: (path: string) => Below | undefined = () => undefined) {
    this.#below = below;
  }

  /** A directory, file, symbolic link, hard link or FIFO, named as in the archive. */
  add(header: TarHeader): readonly Entry[] {
    const parts = componentsOf(header.name);
    const { path, made } = this.#locate(parts);
    if (header.type === "5") return [...made, this.#directory(path, header)];
    if (path === "") throw unusable("a layer's root is not a directory");
    if (header.type === "1") return [...made, this.#hardLink(path, header)];
    const target = header.type === "2" ? linkTarget(header) : undefined;
    this.#put(path, target === undefined ? { kind: "File" } : { kind: "Symlink", target });
    return [...made, { header: { ...header, name: path, linkName: target ?? "" } }];
  }

  /** `.wh.NAME`: NAME of the layers below is gone. */
  whiteout(directory: string, name: string): readonly Entry[] {
    const { path, made } = this.#locate([...componentsOf(directory), ...componentsOf(name)]);
    const node = this.#nodes.get(path);
    if (node?.kind === "Directory") return [...made, this.#opaque(path, node.header)];
    // What this very layer brings stays.
    if (node !== undefined) return made;
    this.#nodes.set(path, { kind: "Whiteout" });
    return [...made, { header: { ...directoryHeader(path), type: "3", mode: 0 } }];
  }

  /** `.wh..wh..opq`: nothing of the layers below is left in the directory. */
  opaque(directory: string): readonly Entry[] {
    // The place of anything inside it.
    const { path, made } = this.#locate([...componentsOf(directory), "."]);
    const own = path.slice(0, -2);
    if (own === "") throw unusable("a layer hides all layers below it", "leave those out of the image");
    const node = this.#nodes.get(own);
    return [...made, this.#opaque(own, node?.kind === "Directory" ? node.header : directoryHeader(own))];
  }

  #opaque(path: string, header: TarHeader): Entry {
    this.#nodes.set(path, { kind: "Directory", header, opaque: true });
    return { header: { ...header, name: `${path}/` }, attributes: opaqueAttribute };
  }

  #directory(path: string, header: TarHeader): Entry {
    const before = this.#nodes.get(path);
    if (before?.kind === "Symlink" || before?.kind === "File") throw twice(path);
    const opaque = before?.kind === "Whiteout" || (before?.kind === "Directory" && before.opaque);
    const own = { ...header, name: path === "" ? "./" : `${path}/`, linkName: "", size: 0 };
    if (path !== "") this.#nodes.set(path, { kind: "Directory", header: own, opaque });
    return opaque ? { header: own, attributes: opaqueAttribute } : { header: own };
  }

  /** Only to what this layer itself has: another's file is not on the same file system for sure. */
  #hardLink(path: string, header: TarHeader): Entry {
    const { path: target } = this.#locate(componentsOf(header.linkName));
    const node = this.#nodes.get(target);
    if (node?.kind === "Symlink") {
      this.#put(path, node);
      return { header: { ...header, name: path, type: "2", linkName: node.target, size: 0 } };
    }
    if (node?.kind !== "File") {
      throw unusable(`a layer has a hard link to ${shown(header.linkName)}, which is no file of that layer`);
    }
    this.#put(path, node);
    return { header: { ...header, name: path, linkName: target, size: 0 } };
  }

  #put(path: string, node: Node): void {
    if (this.#nodes.get(path)?.kind === "Directory") throw twice(path);
    this.#nodes.set(path, node);
  }

  /**
   * Follows symbolic links in what leads to the last part, never above the root. Directories that nothing named are
   * made on the way.
   */
  #locate(parts: readonly string[]): { readonly path: string; readonly made: readonly Entry[] } {
    const last = parts.at(-1);
    if (last === undefined) return { path: "", made: [] };
    if (last.startsWith(".wh.")) throw reserved(last);
    const made: Entry[] = [];
    const way = parts.slice(0, -1);
    let at: string[] = [];
    for (let links = 0; way.length > 0;) {
      const part = way.shift() ?? "";
      if (part === "..") {
        at = at.slice(0, -1);
        continue;
      }
      if (part.startsWith(".wh.")) throw reserved(part);
      const path = [...at, part].join("/");
      const node = this.#nodes.get(path) ?? this.#inherited(path);
      if (node?.kind === "File") throw unusable(`a layer has an entry below the file ${shown(path)}`);
      if (node?.kind === "Symlink") {
        if (++links > linksMax) throw unusable(`a layer has symbolic links in a circle at ${shown(path)}`);
        if (node.target.startsWith("/")) at = [];
        way.unshift(...node.target.split("/").filter((each) => each !== "" && each !== "."));
        continue;
      }
      // One that layers below have keeps what they say of it.
      const isNew = !this.#nodes.has(path) || node?.kind === "Whiteout";
      if (isNew) made.push(this.#directory(path, node?.kind === "Directory" ? node.header : directoryHeader(path)));
      at.push(part);
    }
    return { path: [...at, last].join("/"), made };
  }

  /** What shows through from below, where nothing of this layer hides it. */
  #inherited(path: string): Node | undefined {
    const parts = path.split("/");
    for (let depth = 1; depth < parts.length; depth++) {
      const above = this.#nodes.get(parts.slice(0, depth).join("/"));
      if (above?.kind === "Directory" && above.opaque) return undefined;
    }
    const below = this.#below(path);
    if (below?.kind !== "Directory") return below;
    const { mode, uid, gid, mtime } = below;
    return { kind: "Directory", header: { ...directoryHeader(path), mode, uid, gid, mtime }, opaque: false };
  }
}

function linkTarget({ name, linkName }: TarHeader): string {
  if (linkName === "" || linkName.includes("\0") || linkName.length > pathMax)
    throw unusable(`a layer has a symbolic link to nowhere: ${shown(name)}`);
  return linkName;
}

const reserved = (name: string) => unusable(`a layer has a name that only whiteouts may have: ${shown(name)}`);

const twice = (path: string) => unusable(`a layer has ${shown(path)} twice, as a directory and as something else`);
