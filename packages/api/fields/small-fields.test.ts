/** Fields that are right or wrong by one rule each. */
import { describe, expect, test } from "vitest";
import type { z } from "zod";
import { addressField, routerIdField } from "./address.ts";
import { asnField } from "./asn.ts";
import { fileModeField } from "./file-mode.ts";
import { httpPathField } from "./http-path.ts";
import { imageField } from "./image.ts";
import { interfaceField } from "./interface-name.ts";
import { nameField } from "./name.ts";
import { portField } from "./port.ts";
import { prefixField } from "./prefix.ts";

const cases: readonly (readonly [string, z.ZodType, readonly unknown[], readonly unknown[]])[] = [
  ["port", portField("x"), [1, 443, 65_535], [0, 65_536, -1, 1.5, "443", null, NaN]],
  ["AS number", asnField("x"), [1, 64_512, 4_294_967_294], [0, 4_294_967_295, 1.5, "64512"]],
  [
    "name",
    nameField("x"),
    ["a", "shop-1", "1a", "a".repeat(40)],
    ["", "A", "-a", "a-", "a.b", "a_b", "a".repeat(41), "a\n", "ä", 5],
  ],
  [
    "interface",
    interfaceField("x"),
    ["eth0", "enp3s0f1", "br-a.100", "a@b", "123456789012345"],
    ["", "1234567890123456", "a/b", "a b", "-a", ".", "ü"],
  ],
  [
    "router identifier",
    routerIdField("x"),
    ["192.0.2.1", "255.255.255.255"],
    ["0.0.0.0", "1.2.3", "1.2.3.256", "01.2.3.4", "1.2.3.4 ", "::1"],
  ],
  [
    "address",
    addressField("x"),
    ["::1", "2001:db8::1", "2001:DB8:0::1"],
    ["", "192.0.2.1", "::1%eth0", "1::2::3", "::1/128", "[::1]"],
  ],
  [
    "path",
    httpPathField("x"),
    ["/", "/healthz", "/a/b?c=d%20e"],
    ["", "healthz", "/a b", "/a\r\nHost: x", "/é", "/#a", `/${"a".repeat(2000)}`],
  ],
  ["mode", fileModeField("x"), ["0644", "755"], ["0888", "rw", "4755", "", "64", 644]],
  [
    "image",
    imageField("x"),
    ["host", "oci:./x", "oci-archive:/srv/x.tar", "registry.example.net/shop:1", "localhost:5000/shop"],
    ["oci:", "nginx", "HOST", "docker://registry.example.net/shop:1", ""],
  ],
  [
    "prefix",
    prefixField("x", { min: 48, max: 64, hint: "h" }),
    ["2001:db8::/48", "2001:db8::/64"],
    ["2001:db8::/47", "2001:db8::/65", "2001:db8::1/64", "10.0.0.0/48", "2001:db8::", "::/064", "x/64"],
  ],
];

describe.each(cases)("%s", (_, field, right, wrong) => {
  test.each(right)("%j is right", (value) => {
    expect(field.safeParse(value)).toMatchObject({ success: true });
  });
  test.each(wrong)("%j is refused", (value) => {
    expect(field.safeParse(value)).toMatchObject({ success: false });
  });
});

test("what is planned but not built is told from what is wrong", () => {
  const codeOf = (field: z.ZodType, value: string) => {
    const [issue] = field.safeParse(value).error?.issues ?? [];
    return issue?.code === "custom" ? issue.params?.["code"] : undefined;
  };
  expect(codeOf(imageField("x"), "nginx")).toBe("NW1203");
  expect(codeOf(imageField("x"), "oci:")).toBe("NW1203");
  expect(codeOf(addressField("x"), "192.0.2.1")).toBe("NW1206");
  expect(codeOf(addressField("x"), "192.0.2.256")).toBe("NW1203");
});
