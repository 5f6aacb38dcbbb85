/** Devices and their IPv6 addresses, as `ip -j -d address show` lists them. Pure. */
import { ipv6Value, formatIpv6 } from "@netwright/base";

export interface Interface {
  readonly name: string;
  readonly isUp: boolean;
  readonly mtu: number;
  /** Canonical text. Link-local ones are left out: every link has its own. */
  readonly addresses: readonly { readonly address: string; readonly isDuplicate: boolean }[];
  /** UDP port and VNI, of VXLAN devices. */
  readonly vxlan: { readonly port: number; readonly vni: number | null } | null;
}

interface IpDevice {
  readonly ifname: string;
  readonly flags: readonly string[];
  readonly mtu: number;
  readonly linkinfo?: {
    readonly info_kind?: string;
    readonly info_data?: { readonly port?: number; readonly id?: number };
  };
  readonly addr_info?: readonly IpAddress[];
}
interface IpAddress {
  readonly family: string;
  readonly local?: string;
  readonly scope?: string;
  readonly dadfailed?: boolean;
}

export function parseInterfaces(json: string): readonly Interface[] {
  const devices = JSON.parse(json.trim() === "" ? "[]" : json) as readonly Partial<IpDevice>[];
  return devices.filter((device): device is IpDevice => device.ifname !== undefined).map(interfaceOf);
}

function interfaceOf({ ifname, flags, mtu, linkinfo, addr_info = [] }: IpDevice): Interface {
  const { info_kind: kind, info_data: data } = linkinfo ?? {};
  return {
    name: ifname,
    isUp: flags.includes("UP") && !flags.includes("NO-CARRIER"),
    mtu,
    addresses: addr_info.flatMap(({ family, local = "", scope, dadfailed = false }) => {
      const value = ipv6Value(local);
      if (family !== "inet6" || scope === "link" || value === undefined) return [];
      return [{ address: formatIpv6(value), isDuplicate: dadfailed }];
    }),
    vxlan: kind === "vxlan" ? { port: data?.port ?? 0, vni: data?.id ?? null } : null,
  };
}
