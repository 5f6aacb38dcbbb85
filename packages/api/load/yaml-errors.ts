/** The YAML parser's complaints in our words. */
import type { ErrorCode } from "@netwright/base";
import type { YAMLError } from "yaml";

export interface YamlComplaint {
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint?: string;
}

const words: Readonly<Record<string, Omit<YamlComplaint, "code">>> = {
  TAB_AS_INDENT: { message: "a tab stands where YAML wants spaces", hint: "indent with spaces only" },
  BLOCK_AS_IMPLICIT_KEY: {
    message: "a second key stands on the same line",
    hint: "begin a new line, or put text that holds a colon in quotes",
  },
  BAD_INDENT: {
    message: "the indentation does not fit the lines above",
    hint: "give entries of one object or list the same indentation, and close every bracket",
  },
  BAD_ALIAS: {
    message: "an alias is not written correctly",
    hint: "an alias is * and a name; put text that begins with * in quotes",
  },
  MISSING_CHAR: {
    message: "a closing quote, bracket or comma is missing",
    hint: "close what was opened before this place",
  },
  KEY_OVER_1024_CHARS: {
    message: "a key is longer than 1024 characters",
    hint: "check the quotes and brackets before it",
  },
  MULTILINE_IMPLICIT_KEY: {
    message: "a key goes over several lines, or a colon is missing",
    hint: "write key: value on one line",
  },
  BAD_SCALAR_START: { message: "text may not begin with this character", hint: "put it in quotes" },
  UNEXPECTED_TOKEN: {
    message: "this does not belong here",
    hint: "check the quotes, brackets and indentation before it",
  },
  MULTIPLE_ANCHORS: { message: "a value has more than one anchor", hint: "keep one &name" },
  BLOCK_IN_FLOW: {
    message: "indented entries stand inside brackets",
    hint: "inside [ ] and { } separate entries by commas",
  },
};

/** What to say about one error or warning of the parser. */
export function complaintOf(error: Pick<YAMLError, "code" | "message">): YamlComplaint {
  if (error.code === "RESOURCE_EXHAUSTION")
    return {
      code: "NW1105",
      message: "the document is nested too deeply",
      hint: "no field lies deeper than ten levels",
    };
  if (error.code === "TAG_RESOLVE_FAILED") {
    return { code: "NW1102", message: "tags (!name) are not used in manifests", hint: "leave the tag out" };
  }
  return {
    code: "NW1102",
    ...(words[error.code] ?? { message: error.message, hint: "check the quotes, brackets and indentation before it" }),
  };
}
