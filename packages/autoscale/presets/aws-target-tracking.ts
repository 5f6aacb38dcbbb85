/** EC2 Auto Scaling's target tracking: managed alarms over one-minute datapoints, out fast and in slowly. */
import { enough } from "../decide/recommend.ts";
import { inAlarm } from "./minutes.ts";
import { perMinute } from "./per-minute.ts";

const outPeriods = 3;
const inPeriods = 15;
/** The low alarm's threshold as a share of the target. */
const low = 0.9;

export const awsTargetTracking = perMinute(
  "aws-target-tracking",
  ({ tier: { seen }, target: { target }, minutes, value }) => {
    // Instances that warm up are no capacity yet.
    const proportional = enough((seen.ready * value) / target);
    if (inAlarm(minutes, outPeriods, (each) => each > target)) return Math.max(seen.wanted, proportional);
    // Not while instances come that a growth has ordered.
    if (seen.warming === 0 && inAlarm(minutes, inPeriods, (each) => each < low * target))
      return Math.min(seen.wanted, proportional);
    return seen.wanted;
  },
);
