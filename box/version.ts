/** The product's version, as both ends of the protocol say it. A test compares it with package.json. */
export const VERSION = '0.1.0';
