/** The volumes of a HostState. Pure. */
import type { HostState, VolumeState } from "@netwright/contract";

export type VolumesWant = readonly VolumeState[];

export const wantVolumes = ({ volumes = [] }: HostState): VolumesWant => volumes;
