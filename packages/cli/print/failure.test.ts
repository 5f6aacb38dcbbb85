import { NetwrightError } from "@netwright/base";
import { expect, test } from "vitest";
import { renderFailure } from "./failure.ts";

test("the line of the manifest is quoted when its text is at hand", () => {
  const source = { file: "shop.yaml", line: 1, column: 7, length: 5 };
  const error = new NetwrightError("NW1203", "80800 is not a port", { field: "spec.port", source, hint: "say 8080" });
  expect(renderFailure(error, () => "port: 80800")).toBe(`error NW1203 invalid: port: 80800 is not a port
  shop.yaml:1:7
  1 | port: 80800
            ^^^^^
  hint: say 8080
`);
});

test("every complaint, in order", () => {
  const error = NetwrightError.of([
    { code: "NW1501", message: "there is no service/a", subject: "service/a" },
    { code: "NW1501", message: "there is no service/b", subject: "service/b" },
  ]);
  expect(renderFailure(error)).toBe(
    "error NW1501 notFound: there is no service/a\nerror NW1501 notFound: there is no service/b\n",
  );
});

test("what nobody foresaw is a defect of ours", () => {
  expect(renderFailure(new TypeError("x is undefined"))).toMatch(
    /^error NW1801 internal: x is undefined\n {2}hint: please report/,
  );
});

test("only the code is coloured", () => {
  expect(renderFailure(new NetwrightError("NW1001", "no"), undefined, true)).toBe(
    "\u001b[31merror NW1001\u001b[0m usage: no\n",
  );
});
