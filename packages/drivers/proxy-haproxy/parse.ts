/** Reads what HAProxy prints on its runtime API. Pure; columns are found by name, never by place. */

export interface ProcessInfo {
  readonly pid: number;
  /** Digest of the structure that it loaded. */
  readonly description: string;
}

/** Answer to `show info`. */
export function parseInfo(text: string): ProcessInfo | undefined {
  const field = (name: string) => new RegExp(`^${name}: (.*)$`, "m").exec(text)?.[1];
  const pid = Number(field("Pid"));
  return Number.isInteger(pid) && pid > 0 ? { pid, description: field("description") ?? "" } : undefined;
}

export type StatRow = Readonly<Record<string, string>>;

/** Answer to `show stat`: CSV with a header line; the texts in it hold no comma outside quotes. */
export function parseStat(text: string): readonly StatRow[] {
  const [header, ...lines] = text.trim().split("\n");
  const names = (header ?? "").replace(/^# /, "").split(",");
  return lines.map((line) => {
    const values = (line.match(/("(?:[^"]|"")*"|[^,]*)(,|$)/g) ?? []).map(unquote);
    return Object.fromEntries(names.map((name, index) => [name, values[index] ?? ""]));
  });
}

const unquote = (field: string): string =>
  field
    .replace(/,$/, "")
    .replace(/^"(.*)"$/s, "$1")
    .replaceAll('""', '"');

export type MemberStatus = "Up" | "Down" | "Draining" | "Maintenance";

export interface RuntimeMember {
  readonly backend: string;
  readonly instance: string;
  readonly address: string;
  readonly port: number;
  readonly status: MemberStatus;
  /** Why, in HAProxy's words, for example `L4CON`. Empty before the first check. */
  readonly check: string;
  /** Requests being served. */
  readonly sessions: number;
  readonly requests: number;
  readonly errors: number;
}

/** Holds servers that nobody is sent to. */
export const anchorBackend = "netwright.tls";

/** Rows of type 2 are servers. */
export function membersIn(rows: readonly StatRow[]): readonly RuntimeMember[] {
  return rows
    .filter((row) => row["type"] === "2" && row["pxname"] !== anchorBackend)
    .map((row) => {
      const place = /^\[?([0-9a-f:.]+)\]?:(\d+)$/.exec(row["addr"] ?? "");
      return {
        backend: row["pxname"] ?? "",
        instance: row["svname"] ?? "",
        address: place?.[1] ?? "",
        port: Number(place?.[2] ?? 0),
        status: statusOf(row["status"] ?? "", row["check_status"] ?? ""),
        check: (row["check_status"] ?? "").replace(/^\* /, ""),
        sessions: Number(row["scur"]) + Number(row["qcur"]),
        requests: Number(row["stot"]),
        errors: Number(row["econ"]) + Number(row["eresp"]),
      };
    });
}

/** `UP 1/3` and `DOWN 1/2` are going the other way but still count as what they were; INI: never asked yet. */
function statusOf(text: string, check: string): MemberStatus {
  if (text.startsWith("MAINT")) return "Maintenance";
  if (text.startsWith("DRAIN")) return "Draining";
  return (text.startsWith("UP") && check !== "INI") || text === "no check" ? "Up" : "Down";
}

/** Answer to `show map FILE`: pointer, key and value in each line. */
export function parseMap(text: string): ReadonlyMap<string, string> {
  const lines = text.split("\n").flatMap((line) => /^0x[0-9a-f]+ (\S+) (\S+)$/.exec(line) ?? []);
  return new Map(
    Array.from({ length: lines.length / 3 }, (_, at) => [lines[3 * at + 1] ?? "", lines[3 * at + 2] ?? ""]),
  );
}

/** Answer to `show ssl cert FILE`: lower-case hexadecimal SHA-1 of the loaded leaf. */
export function parseFingerprint(text: string): string | undefined {
  return /^SHA1 FingerPrint: ([0-9A-F]{40})$/m.exec(text)?.[1]?.toLowerCase();
}

/** Start times in lines of /proc/PID/stat; fields 1 and 22 (proc(5)). */
export function parseProcessLines(text: string): readonly { readonly pid: number; readonly startTicks: number }[] {
  return text
    .split("\n")
    .filter((line) => line.includes(")"))
    .map((line) => ({
      pid: parseInt(line, 10),
      startTicks: Number(line.slice(line.lastIndexOf(")") + 2).split(" ")[19]),
    }));
}
