/** Numbers of the signals in a line of /proc/<pid>/status, such as `SigBlk`. Pure. */
export function maskOf(status: string, name: string): number[] {
  const hex = new RegExp(`^${name}:\\s*([0-9a-f]+)$`, 'm').exec(status)?.[1] ?? '0';
  const mask = BigInt(`0x${hex}`);
  return Array.from({ length: 64 }, (_, index) => index + 1).filter((number) => (mask >> BigInt(number - 1)) & 1n);
}
