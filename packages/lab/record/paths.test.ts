import { labNameMax as kindNameMax } from "@netwright/api/kinds/lab/schema.ts";
import { isNetwrightError } from "@netwright/base";
import { expect, test } from "vitest";
import { labNameMax, labPaths, nodeSocket } from "./paths.ts";

test("a lab's name is what the kind allows, and paths of sockets fit into a socket address", () => {
  expect(labNameMax).toBe(kindNameMax);
  expect(labPaths("a".repeat(labNameMax)).socket.length).toBeLessThan(108);
  expect(nodeSocket(labPaths("a".repeat(labNameMax)), "n".repeat(15)).length).toBeLessThan(108);
});

test.each(["", "..", "a/b", "-a", "A", "a".repeat(labNameMax + 1)])("%j is refused", (name) => {
  try {
    labPaths(name);
  } catch (error) {
    expect(isNetwrightError(error) && error.code).toBe("NW1203");
    return;
  }
  expect.unreachable();
});
