/* oxlint-disable no-extend-native, unicorn/no-array-reverse, unicorn/no-array-sort */
/** The array methods of ES2023 that Node 18 has not yet. bundle.ts puts this file first. */
const missing: Record<string, (this: unknown[], ...args: never[]) => unknown[]> = {
  toSorted(...args) {
    return [...this].sort(...args);
  },
  toReversed() {
    return [...this].reverse();
  },
  toSpliced(...args) {
    const copy = [...this];
    copy.splice(...(args as unknown as [number, number]));
    return copy;
  },
};
for (const [name, method] of Object.entries(missing)) {
  if (name in Array.prototype) continue;
  Object.defineProperty(Array.prototype, name, { value: method, writable: true, configurable: true });
}
