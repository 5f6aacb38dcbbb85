/** Text of nft(8) as words, one after the other, or as whole lines and blocks where it is written as nft prints it. */
import { NetwrightError } from "@netwright/base";

export type Words = readonly string[];

const endOfLine = "\n";
const lexeme = /[ \t]*(?:#[^\n]*)?("[^"]*"|@(?:nh|th|ll|ih),\d+,\d+|[{};,()|&]|\n|[^\s{};,()|&"#][^\s{};,()|&"]*|$)/y;

export class NftReader {
  readonly #text: string;
  /** The next word, where what leads to it begins, and where it ends. */
  #word = "";
  #from = 0;
  #end = 0;

  constructor(text: string) {
    this.#text = text;
    this.#goTo(0);
  }

  get isOver(): boolean {
    return this.#word === "";
  }

  /** The next word, or the end of its line. */
  peek(): string {
    return this.#word;
  }

  next(): string {
    const word = this.#word;
    if (word === "") throw new NetwrightError("NW1601", "text of nft ends within a block");
    this.#goTo(this.#end);
    return word;
  }

  expect(word: string): void {
    const found = this.next();
    if (found !== word) throw new NetwrightError("NW1601", `text of nft has ${found.trim()} where ${word} belongs`);
  }

  skipLines(): void {
    while (this.#word === endOfLine || this.#word === ";") this.next();
  }

  /** The rest of the line, which stays where it is. */
  restOfLine(): string {
    const end = this.#text.indexOf("\n", this.#from);
    return this.#text.slice(this.#from, end === -1 ? undefined : end);
  }

  /** What comes next, which is of this length, was read otherwise. */
  skip(length: number): void {
    this.#goTo(this.#from + length);
  }

  /** To the end of the line or statement; blocks within are whole, and their lines are one. */
  statement(): Words {
    const found: string[] = [];
    for (let depth = 0; depth > 0 || ![endOfLine, ";", "}"].includes(this.#word);) {
      const word = this.next();
      if (word === "{") depth++;
      if (word === "}") depth--;
      if (word !== endOfLine) found.push(word);
    }
    return found;
  }

  /** From here to the brace on a line of its own that is indented like this line; undefined where that is not its form. */
  block(): string | undefined {
    const line = this.restOfLine();
    if (!opensBlock.test(line)) return undefined;
    const start = this.#text.lastIndexOf("\n", this.#from - 1) + 1;
    const indent = /^[ \t]*/.exec(this.#text.slice(start, start + 16))?.[0] ?? "";
    const close = `\n${indent}}`;
    const end = this.#text.indexOf(close, this.#from);
    return end === -1 ? undefined : this.#text.slice(this.#from, end + close.length);
  }

  /** From here to the end of the line that ends with a brace: a list that is one statement. */
  list(): string {
    const end = this.#text.indexOf("}\n", this.#from);
    return this.#text.slice(this.#from, end === -1 ? undefined : end + 1);
  }

  #goTo(at: number): void {
    this.#from = at;
    lexeme.lastIndex = at;
    this.#word = lexeme.exec(this.#text)?.[1] ?? this.#refuse(at);
    this.#end = lexeme.lastIndex;
  }

  #refuse(at: number): never {
    throw new NetwrightError(
      "NW1601",
      `text of nft has ${JSON.stringify(this.#text.slice(at, at + 20))}, which is no word`,
    );
  }
}

const opensBlock = /\{[ \t]*(?:#.*)?$/;

/** All words but ends of lines. */
export function wordsIn(text: string): Words {
  const reader = new NftReader(text);
  const found: string[] = [];
  while (!reader.isOver) {
    const word = reader.next();
    if (word !== endOfLine) found.push(word);
  }
  return found;
}
