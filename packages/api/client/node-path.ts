/** The URLs that agents use: kept apart, so that an agent need not load every kind. */
export const apiRoot = "/v1alpha1";

export const nodePath = (node: string): string => `${apiRoot}/nodes/${encodeURIComponent(node)}`;
