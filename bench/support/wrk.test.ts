import { expect, test } from "vitest";
import { parseWrk } from "./wrk.ts";

const text = `Running 2s test @ http://[2001:db8:100::5]:443/
  1 threads and 64 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency     3.02ms    1.20ms  20.10ms   90.12%
    Req/Sec    15.61k     1.10k   17.21k    80.00%
  31064 requests in 2.00s, 2.84MB read
Requests/sec:  15521.30
Transfer/sec:      1.42MB
0m0.00s 0m0.01s
0m0.31s 1m1.12s
`;

test("requests, their rate, and the CPU of the shell's child", () => {
  expect(parseWrk(text)).toEqual({ requests: 31_064, rate: 15_521.3, cpu: 61.43 });
});

test("figures of a run in which something failed are refused", () => {
  expect(() => parseWrk(`  Socket errors: connect 0, read 3, write 0, timeout 1\n${text}`)).toThrow("read 3");
  expect(() => parseWrk(`  Non-2xx or 3xx responses: 7\n${text}`)).toThrow("responses: 7");
});
