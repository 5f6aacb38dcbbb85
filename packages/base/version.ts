/** The one version of the product, the same as in every package.json (a test holds them to it). */
export const productVersion = "0.1.0";
