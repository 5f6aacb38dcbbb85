/** stub */
export const openapi = (): object => ({});
