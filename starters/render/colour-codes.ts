export const CODES = { bold: '1', dim: '2', red: '31', green: '32', yellow: '33', cyan: '36' } as const;

/** Each of them as it stands in a line, and the one that ends them. */
export const PAINTED = new RegExp(`(\\u001b\\[(?:0|${Object.values(CODES).join('|')})m)`);
