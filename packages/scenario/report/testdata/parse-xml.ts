/** A small strict reader of XML, as much of it as reports use: it refuses what a real one would. For tests. */
import { NetwrightError } from "@netwright/base";

export interface XmlElement {
  readonly tag: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly (XmlElement | string)[];
}

interface Open extends XmlElement {
  readonly children: (XmlElement | string)[];
}

const refuse = (what: string): NetwrightError => new NetwrightError("NW1801", what);
const named: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

/** @throws NW1801 for what is not well-formed */
export function parseXml(text: string): XmlElement {
  const forbidden = /[\p{Cc}--[\n\t\r]]|[\u{fffe}\u{ffff}]/v.exec(text);
  if (forbidden !== null || !text.isWellFormed()) throw refuse(`a character at ${forbidden?.index} that XML forbids`);
  const root: Open = { tag: "", attributes: {}, children: [] };
  const stack: Open[] = [root];
  const pattern = /<\?[^>]*\?>|<!DOCTYPE html>|<\/([A-Za-z][\w:-]*)>|<([A-Za-z][\w:-]*)((?:\s+[\w:-]+="[^"<]*")*)\s*(\/?)>|([^<]+)/gy;
  while (pattern.lastIndex < text.length) {
    const at = pattern.lastIndex;
    const found = pattern.exec(text);
    if (found === null) throw refuse(`no mark-up that is known: ${text.slice(at, at + 80)}`);
    const [, closed, opened, attributes = "", empty, plain] = found;
    const top = stack.at(-1) as Open;
    if (plain !== undefined) top.children.push(decoded(plain));
    if (opened !== undefined) {
      const element: Open = { tag: opened, attributes: attributesOf(attributes), children: [] };
      top.children.push(element);
      if (empty === "") stack.push(element);
    }
    if (closed !== undefined && stack.pop()?.tag !== closed) throw refuse(`</${closed}> closes what is not open`);
  }
  const [element, ...more] = root.children.filter((each) => typeof each !== "string");
  if (stack.length !== 1 || element === undefined || more.length > 0) throw refuse("not one whole element");
  return element;
}

function attributesOf(text: string): Readonly<Record<string, string>> {
  const pairs = [...text.matchAll(/([\w:-]+)="([^"]*)"/g)].map(([, name = "", value = ""]) => [name, decoded(value)] as const);
  const result = Object.fromEntries(pairs);
  if (Object.keys(result).length !== pairs.length) throw refuse(`an attribute twice in ${text}`);
  return result;
}

function decoded(text: string): string {
  if (text.includes("]]>")) throw refuse("]]> outside of CDATA");
  return text.replaceAll(/&(#\d+|[a-z]+)?(;?)/g, (_, name: string = "", end: string) => {
    const value = name.startsWith("#") ? String.fromCodePoint(Number(name.slice(1))) : named[name];
    if (value === undefined || end === "") throw refuse(`&${name} is no entity`);
    return value;
  });
}

export function* elementsOf(element: XmlElement, tag?: string): Generator<XmlElement> {
  if (tag === undefined || element.tag === tag) yield element;
  for (const child of element.children) if (typeof child !== "string") yield* elementsOf(child, tag);
}

export const textIn = (element: XmlElement): string =>
  element.children.map((child) => (typeof child === "string" ? child : textIn(child))).join("");
