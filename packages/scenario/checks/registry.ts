/** Every kind of check: a file and one line here. */
import type { CheckSubject } from "@netwright/api";
import { bgp } from "./bgp.ts";
import { capture } from "./capture.ts";
import { command } from "./command.ts";
import { dns } from "./dns.ts";
import { file } from "./file.ts";
import { http } from "./http.ts";
import { latency } from "./latency.ts";
import { listening } from "./listening.ts";
import { load } from "./load.ts";
import { log } from "./log.ts";
import type { CheckKind } from "./look.ts";
import { matrix } from "./matrix.ts";
import { object } from "./object.ts";
import { ping } from "./ping.ts";
import { program } from "./program.ts";
import { route } from "./route.ts";
import { tcp } from "./tcp.ts";
import { throughput } from "./throughput.ts";
import { udp } from "./udp.ts";

type Registry = { readonly [S in CheckSubject]: CheckKind<S> };

const kinds: Registry = {
  bgp,
  capture,
  command,
  dns,
  file,
  http,
  latency,
  listening,
  load,
  log,
  matrix,
  object,
  ping,
  program,
  route,
  tcp,
  throughput,
  udp,
};

export const checkKind = <S extends CheckSubject>(subject: S): CheckKind<S> => kinds[subject];
