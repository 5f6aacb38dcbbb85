/** Rules across fields of one Config. */
import { base64Findings, keyFindings, octetsOf, sizeFindings, sourceFindings } from "../data-fields.ts";
import type { Finding } from "../kind.ts";
import type { Config } from "./schema.ts";

export function validateConfig({ spec }: Config): readonly Finding[] {
  const { data = {}, binaryData = {}, source = {} } = spec;
  const octets =
    Object.values(data).reduce((sum, text) => sum + Buffer.byteLength(text), 0) +
    Object.values(binaryData).reduce((sum, text) => sum + octetsOf(text), 0);
  return [
    ...keyFindings({ data, binaryData, source }),
    ...base64Findings("binaryData", binaryData),
    ...sourceFindings(source),
    ...sizeFindings(octets),
  ];
}

/** A value's octets in base64; undefined where there is no such key. */
export function configValue({ spec: { data, binaryData } }: Config, key: string): string | undefined {
  const text = data?.[key];
  return text === undefined ? binaryData?.[key] : Buffer.from(text, "utf8").toString("base64");
}

/** By name. */
export const configKeys = ({ spec: { data = {}, binaryData = {} } }: Config): readonly string[] =>
  [...Object.keys(data), ...Object.keys(binaryData)].toSorted();
