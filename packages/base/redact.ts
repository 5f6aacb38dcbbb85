/** Takes secrets out of texts that leave the site. What is known is found in every common form, the rest by its shape. Pure. */

/** Stands where something was taken away. */
export const removed = "[removed]";

/** Shorter values would tear up every text; nobody guesses what they would tell. */
const shortest = 4;

type Replacement = readonly [pattern: RegExp, replacement: string];

/** By shape, in texts that may be JSON: private keys (RFC 7468), tokens, passwords in URLs, headers and settings. */
const shapes: readonly Replacement[] = [
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[^]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g, removed],
  // The same in base64.
  [/LS0tLS1CRUdJTi[A-Za-z0-9+/]+={0,2}/g, removed],
  [/\bnw_[0-9a-f]+_[\w-]+/g, removed],
  [/(\bauthorization["']?\s*[:=]\s*["']?(?:[a-z]+ )?)[^\s"',]+/gi, `$1${removed}`],
  [/(\b[a-z][a-z0-9+.-]*:\/\/[^\s:@/"']*:)[^\s@/"']+(?=@)/gi, `$1${removed}`],
  [/(\bhmac-[a-z0-9-]+:[^:\s"']+:)[A-Za-z0-9+/]+={0,2}/g, `$1${removed}`],
  [/("(?:auth|identitytoken|registrytoken|password|passphrase|secretkey)"\s*:\s*")(?:[^"\\]|\\.)+/gi, `$1${removed}`],
  [/(\bpassword\s+")[^"]+/gi, `$1${removed}`],
  // Variables of workloads whose names say what they hold: {"name": "DB_PASSWORD", "value": "..."}, and NAME=value.
  [
    /("name"\s*:\s*"[^"]*(?:PASS|SECRET|TOKEN|CREDENTIAL|_KEY)[^"]*"\s*,\s*"value"\s*:\s*")(?:[^"\\]|\\.)+/gi,
    `$1${removed}`,
  ],
  [/(\b\w*(?:PASSWORD|PASSWD|SECRET|TOKEN|CREDENTIAL|API_KEY)\w*=)[^\s"',]+/g, `$1${removed}`],
];

/** @param secrets values that must not be in the text, in plain form */
export function redactor(secrets: Iterable<string>): (text: string) => string {
  const forms = new Set([...secrets].flatMap(formsOf).filter((form) => form.length >= shortest));
  // The longest first: a value may hold another.
  const known = [...forms].toSorted((a, b) => b.length - a.length);
  return (text) => {
    let result = text;
    // Before known values, which may hold the lines by which a key is known.
    for (const [pattern, replacement] of shapes) result = result.replace(pattern, replacement);
    for (const form of known) if (result.includes(form)) result = result.replaceAll(form, removed);
    return result;
  };
}

/** As it is, line by line, inside JSON and URLs, in hexadecimal, and in base64 wherever it begins among other octets. */
function formsOf(secret: string): readonly string[] {
  if (secret.length < shortest) return [];
  const lines = secret.split(/\r?\n/).filter((line) => line.length >= 2 * shortest && !line.startsWith("-----"));
  const hex = Buffer.from(secret).toString("hex");
  return [
    secret,
    secret.trim(),
    ...(lines.length > 1 ? lines : []),
    JSON.stringify(secret).slice(1, -1),
    encodeURIComponent(secret),
    hex,
    hex.toUpperCase(),
    ...[0, 1, 2].map((offset) => base64At(secret, offset)),
  ];
}

/** The characters that depend on the secret alone when so many octets stand before it. */
function base64At(secret: string, offset: number): string {
  const octets = Buffer.from(secret);
  const text = Buffer.concat([Buffer.alloc(offset), octets])
    .toString("base64")
    .replace(/=+$/, "");
  const first = offset === 0 ? 0 : offset + 1;
  const whole = Math.floor(((offset + octets.length) * 8) / 6);
  return text.slice(first, whole);
}
