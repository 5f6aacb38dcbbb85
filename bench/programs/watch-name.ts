/**
 * watch-name.ts NAME SERVER: asks for NAME's addresses again and again, each question after the answer to the one before
 * and a pause of 2 ms, and prints how many there are each time that changes.
 */
import { Resolver } from "node:dns/promises";
import { setTimeout as delay } from "node:timers/promises";

const [name = "", server = ""] = process.argv.slice(2);
const resolver = new Resolver({ timeout: 1000, tries: 3 });
resolver.setServers([server]);

let last = -1;
for (;;) {
  const count = await resolver.resolve6(name).then(
    (addresses) => addresses.length,
    () => 0,
  );
  if (count !== last) process.stdout.write(`${count}\n`);
  last = count;
  await delay(2);
}
