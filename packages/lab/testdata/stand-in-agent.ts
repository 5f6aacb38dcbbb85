/** Stands in for an agent in tests of the lab alone: sends its token to the server and stays. */
import { readFileSync } from "node:fs";
import { connect } from "node:net";

const argument = (name: string): string => process.argv.find((word) => word.startsWith(`--${name}=`))?.slice(name.length + 3) ?? "";
if (readFileSync(argument("ca-file"), "utf8") !== "the lab's CA") process.exit(1);
const [, host, port] = /^https:\/\/\[(.*)\]:(\d+)$/.exec(argument("server")) ?? [];
connect(Number(port), host).write(readFileSync(argument("token-file"), "utf8"));
