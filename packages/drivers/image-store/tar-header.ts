/**
 * Headers of tar archives: POSIX.1-2001 (pax), ustar and GNU are read; GNU is written, because it carries names as the
 * octets they are. Texts here hold one octet a character (latin1), so that no name is changed by a character set. Pure.
 */
import { unusable } from "./unusable.ts";

export const blockSize = 512;

export interface TarHeader {
  readonly name: string;
  /** Type flag; `0` for every way to write a regular file. */
  readonly type: string;
  readonly linkName: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Octets of content that follow. */
  readonly size: number;
  /** Seconds since 1970. */
  readonly mtime: number;
}

const text = (block: Buffer, from: number, length: number): string => {
  const end = block.indexOf(0, from);
  return block.toString("latin1", from, end === -1 || end > from + length ? from + length : end);
};

/** Octal digits, or, where the first bit is set, a number of that many octets (GNU). */
function number(block: Buffer, from: number, length: number): number {
  const first = block[from] ?? 0;
  if ((first & 0x80) !== 0) {
    let value = first & 0x7f;
    for (const octet of block.subarray(from + 1, from + length)) value = value * 256 + octet;
    if (first === 0xff || !Number.isSafeInteger(value)) throw unusable("a number in a layer's archive is out of range");
    return value;
  }
  const digits = text(block, from, length).trim();
  if (!/^[0-7]*$/.test(digits)) throw unusable("a number in a layer's archive is no number");
  return digits === "" ? 0 : parseInt(digits, 8);
}

export const isZero = (block: Buffer): boolean => block.every((octet) => octet === 0);

/** @throws NW1611 when the block is no header. */
export function readHeader(block: Buffer): TarHeader {
  const told = number(block, 148, 8);
  let sum = 8 * 0x20;
  for (const [index, octet] of block.entries()) if (index < 148 || index >= 156) sum += octet;
  if (sum !== told) throw unusable("a layer's archive is damaged: a header has the wrong sum");
  // GNU uses the place of the prefix for times.
  const posix = block.toString("latin1", 257, 263) === "ustar\0";
  const prefix = posix ? text(block, 345, 155) : "";
  const name = text(block, 0, 100);
  const flag = String.fromCharCode(block[156] ?? 0);
  const regular = flag === "\0" || flag === "7" || flag === "0";
  return {
    name: prefix === "" ? name : `${prefix}/${name}`,
    // Before POSIX a directory was a file with a slash behind its name.
    type: regular ? (name.endsWith("/") ? "5" : "0") : flag,
    linkName: text(block, 157, 100),
    mode: number(block, 100, 8) & 0o7777,
    uid: number(block, 108, 8),
    gid: number(block, 116, 8),
    size: number(block, 124, 12),
    mtime: number(block, 136, 12),
  };
}

/** Records `LENGTH KEY=VALUE\n` of an extended header. @throws NW1611 when they are not. */
export function readRecords(octets: Buffer): ReadonlyMap<string, string> {
  const records = new Map<string, string>();
  for (let at = 0; at < octets.length;) {
    const space = octets.indexOf(0x20, at);
    const digits = space === -1 ? "" : octets.toString("latin1", at, space);
    const end = at + Number(digits);
    const record = octets.toString("latin1", space + 1, end - 1);
    const equals = record.indexOf("=");
    if (
      !/^[1-9]\d{0,7}$/.test(digits) ||
      end > octets.length ||
      end <= space + 1 ||
      octets[end - 1] !== 0x0a ||
      equals < 1
    )
      throw unusable("a layer's archive is damaged: an extended header cannot be read");
    records.set(record.slice(0, equals), record.slice(equals + 1));
    at = end;
  }
  return records;
}

const longName = "././@LongLink";

/** The blocks before an entry's content, with what else a long name or an attribute needs. */
export function writeHeader(header: TarHeader, attributes: Readonly<Record<string, string>> = {}): Buffer {
  const records = Object.entries(attributes).map(([key, value]) => recordOf(`SCHILY.xattr.${key}`, value));
  return Buffer.concat([
    ...(records.length === 0 ? [] : [special("x", "attributes", Buffer.from(records.join(""), "latin1"))]),
    ...(header.linkName.length > 100 ? [special("K", longName, terminated(header.linkName))] : []),
    ...(header.name.length > 100 ? [special("L", longName, terminated(header.name))] : []),
    blockOf(header),
  ]);
}

/** What ends an archive. */
export const endOfArchive = Buffer.alloc(2 * blockSize);

/** Octets of nothing behind content of that many. */
export const padding = (size: number): number => (blockSize - (size % blockSize)) % blockSize;

const terminated = (name: string): Buffer => Buffer.from(`${name}\0`, "latin1");

function special(type: string, name: string, content: Buffer): Buffer {
  const header = { name, type, linkName: "", mode: 0o644, uid: 0, gid: 0, size: content.length, mtime: 0 };
  return Buffer.concat([blockOf(header), content, Buffer.alloc(padding(content.length))]);
}

/** The length counts its own digits. */
function recordOf(key: string, value: string): string {
  const rest = ` ${key}=${value}\n`;
  let length = rest.length + 1;
  while (`${length}${rest}`.length !== length) length = `${length}${rest}`.length;
  return `${length}${rest}`;
}

function blockOf({ name, type, linkName, mode, uid, gid, size, mtime }: TarHeader): Buffer {
  const octets = Buffer.alloc(blockSize);
  octets.write(name.slice(0, 100), 0, "latin1");
  writeNumber(octets, 100, 8, mode);
  writeNumber(octets, 108, 8, uid);
  writeNumber(octets, 116, 8, gid);
  writeNumber(octets, 124, 12, size);
  writeNumber(octets, 136, 12, mtime);
  octets.write(type, 156, "latin1");
  octets.write(linkName.slice(0, 100), 157, "latin1");
  octets.write("ustar  \0", 257, "latin1");
  // Device numbers: only whiteouts have some, 0 and 0.
  writeNumber(octets, 329, 8, 0);
  writeNumber(octets, 337, 8, 0);
  octets.fill(0x20, 148, 156);
  const sum = octets.reduce((total, octet) => total + octet, 0);
  octets.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148, "latin1");
  return octets;
}

function writeNumber(octets: Buffer, at: number, length: number, value: number): void {
  const digits = value.toString(8).padStart(length - 1, "0");
  if (digits.length < length) {
    octets.write(digits, at, "latin1");
    return;
  }
  octets[at] = 0x80;
  for (let index = length - 1, rest = value; index > 0; index--, rest = Math.floor(rest / 256))
    octets[at + index] = rest % 256;
}
