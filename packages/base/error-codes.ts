/**
 * The registry of error codes. A code is never reused and never changes its meaning.
 * The hundreds group them: 10 usage, 11 reading manifests and traces, 12 fields, 13 references and conflicts,
 * 14 allocation and placing, 15 store and API, 16 engines and kernel, 17 lab, 18 programs, 19 what `doctor` finds.
 * `docs/reference/errors.md` is generated from this table; a test keeps them equal.
 */
export type Category =
  | "usage" // the command line is wrong: exit 2
  | "invalid" // the manifest is wrong: exit 4, HTTP 422
  | "conflict" // somebody else changed it, or it is in use: exit 5, HTTP 409
  | "notFound" // exit 3, HTTP 404
  | "denied" // no or wrong token, or not yours: exit 1, HTTP 401 or 403
  | "unavailable" // try again later: exit 6, HTTP 503
  | "engine" // an engine or the kernel refused: exit 1, HTTP 500
  | "internal"; // our own invariant broke: exit 1, HTTP 500

interface CodeEntry {
  readonly category: Category;
  /** What it means and what to do, one or two sentences; becomes the reference page. */
  readonly summary: string;
}

const entry = (category: Category, summary: string): CodeEntry => ({ category, summary });

export const errorCodes = {
  NW1001: entry("usage", "The command line has an unknown verb, flag or argument, or lacks one."),
  NW1002: entry("usage", "Two options contradict each other."),

  NW1101: entry("invalid", "The file cannot be read."),
  NW1102: entry("invalid", "The text is not YAML."),
  NW1103: entry("invalid", "The document is not an object with apiVersion, kind and metadata.name."),
  NW1104: entry("invalid", "The kind or the API version is not known."),
  NW1105: entry("invalid", "The manifest is too large, or its aliases expand to too much."),
  NW1106: entry("invalid", "The same object stands twice in what is applied."),
  NW1107: entry("invalid", "A file named by a workload cannot be read or is too large."),
  NW1121: entry("invalid", "A line of a traffic trace is not a time and a rate, or the trace has no requests."),
  NW1122: entry("invalid", "The times of a traffic trace are not in order, not evenly spaced, or some are missing."),

  NW1201: entry("invalid", "A field is not known here."),
  NW1202: entry("invalid", "A required field is missing."),
  NW1203: entry("invalid", "A field has a value that is not allowed."),
  NW1204: entry("invalid", "A field has the wrong type."),
  NW1205: entry("invalid", "Two fields of one object contradict each other."),
  NW1206: entry("invalid", "What is asked for is not built yet."),

  NW1301: entry("invalid", "A reference names an object that does not exist."),
  NW1302: entry("conflict", "Two objects claim the same thing: a hostname and port, an address range, a number."),
  NW1303: entry("conflict", "The object is still used by others and cannot be deleted."),

  NW1311: entry(
    "invalid",
    "A clause of a contract selects nothing, so that it would always hold, or it can never hold, whatever is applied.",
  ),
  NW1312: entry("invalid", "Two clauses of contracts contradict each other: nothing can fulfil both."),
  NW1313: entry("conflict", "The change would break a contract, and nobody has accepted that."),

  NW1401: entry("invalid", "An address pool has no free address left."),
  NW1402: entry("invalid", "No host has room, or too few hosts match, for the replicas asked for."),
  NW1403: entry("invalid", "A number space (VNIs, classes, hosts) is exhausted."),
  NW1404: entry(
    "unavailable",
    "An instance is on a host that is lost or closed, and fits nowhere else, or the data it needs is on that host.",
  ),
  NW1405: entry(
    "invalid",
    "The project would use more than its quota. Ask for less, delete something of it, or have the quota raised.",
  ),
  NW1406: entry("invalid", "The project may not use this: an address pool or a host name that is not on its list."),

  NW1407: entry(
    "engine",
    "A rollout failed: what it brought never became ready, fell, or failed too many requests. What ran before runs.",
  ),

  NW1501: entry("notFound", "There is no such object."),
  NW1502: entry("conflict", "The object changed since it was read."),
  NW1503: entry("denied", "No token, or one that is not known."),
  NW1504: entry("denied", "The token does not allow this."),
  NW1505: entry("unavailable", "The server cannot be reached."),
  NW1506: entry("invalid", "The request is not understood: a wrong path, method, body or parameter."),
  NW1507: entry("unavailable", "The revision asked for is no longer kept; list again."),
  NW1508: entry("unavailable", "The time allowed for waiting is over."),
  NW1509: entry("engine", "The store on disk is damaged or was written by a newer version."),
  NW1510: entry("conflict", "The store on disk is in use by another process."),
  NW1511: entry("engine", "The key that secrets are encrypted with is not there, or is another one."),

  NW1601: entry("engine", "An engine refused a change."),
  NW1602: entry("engine", "A program needed is not installed or cannot be started."),
  NW1603: entry("engine", "The kernel lacks a feature that is needed."),
  NW1604: entry("engine", "A process ended that should run."),
  NW1605: entry("unavailable", "A program did not answer in time."),
  NW1606: entry("engine", "Something on this host that is not Netwright's is in the way."),
  NW1607: entry("engine", "The node differs from what is wanted and is paused, so nothing was changed."),
  NW1608: entry("unavailable", "An image's registry cannot be reached, or is too slow. It is tried again."),
  NW1609: entry("engine", "An image is not where its name says, or this host may not have it."),
  NW1610: entry("engine", "The content of an image does not have the digest that it should have. None of it is used."),
  NW1611: entry("engine", "An image cannot be used here: damaged, unsafe, too large, or made for other machines."),
  NW1612: entry("engine", "A file on the host that should hold a secret is missing, empty or not usable."),
  NW1613: entry(
    "engine",
    "The agent's run directory is on a disk, so no secret is written to it and nothing that needs one starts.",
  ),
  NW1614: entry("engine", "The data of a volume is not on the host that should have it, or cannot be used there."),
  NW1621: entry("unavailable", "A certificate authority cannot be reached or fails. It is asked again later."),
  NW1622: entry("engine", "A certificate authority refuses a certificate or an account; the message has its reason."),
  NW1623: entry("invalid", "A certificate cannot be used: damaged, expired, for other names, or not of its key."),

  NW1701: entry("notFound", "There is no such lab, node or link."),
  NW1702: entry("conflict", "A lab of this name exists already, or another command is changing it."),
  NW1703: entry("engine", "The lab could not be built."),

  NW1751: entry(
    "engine",
    "Something that a scenario asks for did not happen: a command failed, or a file could not be put.",
  ),
  NW1752: entry("unavailable", "A step or scenario was not over when its time was."),

  NW1801: entry("internal", "An invariant of Netwright broke. Please report it."),

  NW1901: entry("engine", "A program of others listens on a port that Netwright needs on this machine."),
  NW1902: entry("engine", "Two nodes, or a machine and a node or pool, claim the same number or address."),
  NW1903: entry("engine", "What the node's object says of its addresses and devices is not so on this machine."),
  NW1904: entry(
    "engine",
    "The MTU of an uplink is smaller than spec.mtu, or too small for tenant networks of 1500 octets.",
  ),
  NW1905: entry("engine", "A program of others on this machine also makes routes."),
  NW1906: entry("engine", "A firewall of others drops packets that Netwright needs."),
  NW1907: entry("engine", "A kernel setting stands in the way."),
  NW1908: entry("engine", "The machine's clock and the server's differ. TLS and the order of events depend on them."),
  NW1909: entry("engine", "Packets of full size are lost on the way to a neighbour or another host."),
  NW1910: entry("engine", "A program or a feature of the kernel that a driver needs is missing on this machine."),
  NW1911: entry("engine", "BIRD may not run in real time on this machine: under load it may lose BFD sessions."),
} as const satisfies Record<string, CodeEntry>;

export type ErrorCode = keyof typeof errorCodes;

export function categoryOf(code: ErrorCode): Category {
  return errorCodes[code].category;
}

/** Exit status per category; the documented table of the command line. 0 is success, 130 interrupted. */
export const exitCodes: Readonly<Record<Category, number>> = {
  usage: 2,
  notFound: 3,
  invalid: 4,
  conflict: 5,
  unavailable: 6,
  denied: 1,
  engine: 1,
  internal: 1,
};

/** HTTP status per category. The server answers 401 instead of 403 when no token was sent at all. */
export const httpStatus: Readonly<Record<Category, number>> = {
  usage: 400,
  invalid: 422,
  conflict: 409,
  notFound: 404,
  denied: 403,
  unavailable: 503,
  engine: 500,
  internal: 500,
};
