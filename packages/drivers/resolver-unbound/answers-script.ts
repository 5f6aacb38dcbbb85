/**
 * What unbound runs before an answer leaves it, where rules by name are: it tells the agent which addresses a name of
 * interest has, and waits until the firewall lets them through. It runs with unbound's few rights. Pure.
 */
import type { ResolverLayout } from "./layout.ts";

/**
 * Written by hand for unbound's Python module. Its `rep` holds times to live that are relative where an answer was just
 * found, and points in time where it comes from the cache.
 */
export const renderAnswersScript = ({ answers, patterns }: Pick<ResolverLayout, "answers" | "patterns">): string => `\
# Netwright wrote this: tells addresses of names that rules are about, before unbound answers.
import ipaddress, json, os, socket, time

ANSWERS = ${JSON.stringify(answers)}
PATTERNS = ${JSON.stringify(patterns)}
PATIENCE = 0.3  # seconds that an answer waits for the agent
REST = 1.0  # seconds without waiting after it did not answer in time
MOST = 64  # addresses of one answer


class Patterns:
    """The file's lines, read again when there is another file."""

    def __init__(self):
        self.version = None
        self.names = set()
        self.above = set()

    def match(self, name):
        try:
            stat = os.stat(PATTERNS)
        except OSError:
            return False
        version = (stat.st_ino, stat.st_mtime_ns)
        if version != self.version:
            with open(PATTERNS) as file:
                lines = file.read().split()
            self.names = {line for line in lines if not line.startswith("*.")}
            self.above = {line[2:] for line in lines if line.startswith("*.")}
            self.version = version
        if name in self.names:
            return True
        labels = name.split(".")
        return any(".".join(labels[i:]) in self.above for i in range(1, len(labels)))


class Agent:
    """One connection, kept. Whatever goes wrong, names are answered, and the firewall stays as it is."""

    def __init__(self):
        self.connection = None
        self.owed = 0  # lines it has not answered, each by one octet, in their order
        self.heard = False  # an octet came since the rest began
        self.rest_until = 0.0

    def tell(self, line):
        resting = time.monotonic() < self.rest_until
        if not resting and self.owed > 0 and not self.heard:
            self.close()
        kept = self.connection is not None
        try:
            self.send(line)
            self.hear(0.0 if resting else PATIENCE)
        except OSError:
            self.close()
            # The agent may be another by now.
            if kept:
                self.tell(line)

    def send(self, line):
        if self.connection is None:
            self.connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            self.connection.setblocking(False)
            self.connection.connect(ANSWERS)
        self.connection.setblocking(False)
        if self.connection.send(line) < len(line):
            raise OSError("the agent does not read")
        self.owed += 1

    def hear(self, patience):
        """Where the octets do not come in time, the next lines are sent without waiting for a while."""
        until = time.monotonic() + patience
        while self.owed > 0:
            try:
                self.connection.settimeout(max(0.0, until - time.monotonic()))
                octets = self.connection.recv(self.owed)
            except (socket.timeout, BlockingIOError):
                if patience > 0.0:
                    self.heard = False
                    self.rest_until = time.monotonic() + REST
                return
            if octets == b"":
                raise OSError("the agent has closed the connection")
            self.owed -= len(octets)
            self.heard = True

    def close(self):
        if self.connection is not None:
            self.connection.close()
        self.connection = None
        self.owed = 0


patterns = Patterns()
agent = Agent()


def target_of(data):
    labels, at = [], 2
    while data[at] != 0:
        labels.append(data[at + 1 : at + 1 + data[at]].decode("ascii", "replace"))
        at += 1 + data[at]
    return ".".join(labels).lower()


def addresses_of(name, rep, now):
    """Along the chain of aliases from the name; the time to live is that of the shortest link."""
    aliases, found = {}, {}
    for i in range(rep.an_numrrsets):
        rrset = rep.rrsets[i]
        owner = rrset.rk.dname_str.rstrip(".").lower()
        data = rrset.entry.data
        left = max(0, data.ttl - now)
        rows = [bytes(data.rr_data[j]) for j in range(min(data.count, MOST))]
        if rrset.rk.type_str == "CNAME" and rows:
            aliases[owner] = (target_of(rows[0]), left)
        elif rrset.rk.type_str == "AAAA":
            found[owner] = ([str(ipaddress.IPv6Address(row[2:18])) for row in rows], left)
    ttl, seen = 2**31, set()
    while name in aliases and name not in seen:
        seen.add(name)
        name, left = aliases[name]
        ttl = min(ttl, left)
    addresses, left = found.get(name, ([], 0))
    return addresses, min(ttl, left)


def tell(qinfo, rep, now):
    try:
        if rep is None or qinfo.qtype != RR_TYPE_AAAA:
            return
        name = qinfo.qname_str.rstrip(".").lower()
        if not patterns.match(name):
            return
        addresses, ttl = addresses_of(name, rep, now)
        if addresses:
            message = json.dumps({"name": name, "ttl": ttl, "addresses": addresses})
            agent.tell(message.encode() + b"\\n")
    except Exception as error:
        log_err("answers: %s: %s" % (type(error).__name__, error))


def on_reply(qinfo, qstate, rep, rcode, edns, opt_list_out, region, **kwargs):
    tell(qinfo, rep, 0)
    return True


def on_cached(qinfo, qstate, rep, rcode, edns, opt_list_out, region, **kwargs):
    tell(qinfo, rep, int(time.time()))
    return True


def init_standard(id, env):
    return bool(
        register_inplace_cb_reply(on_reply, env, id) and register_inplace_cb_reply_cache(on_cached, env, id)
    )


def deinit(id):
    return True


def inform_super(id, qstate, superqstate, qdata):
    return True


def operate(id, event, qstate, qdata):
    if event in (MODULE_EVENT_NEW, MODULE_EVENT_PASS):
        qstate.ext_state[id] = MODULE_WAIT_MODULE
    elif event == MODULE_EVENT_MODDONE:
        qstate.ext_state[id] = MODULE_FINISHED
    else:
        qstate.ext_state[id] = MODULE_ERROR
    return True
`;
