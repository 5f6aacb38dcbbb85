/** Times for people: RFC 3339 to the second. Machine forms keep the milliseconds. Pure. */
export const timeText = (at: string): string => at.replace(/\.\d+(?=Z$)/, "");
