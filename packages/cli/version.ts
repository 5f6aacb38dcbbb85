/** The one version of the product; `tools/release` writes it here and into package.json. */
export const productVersion = "0.1.0";
