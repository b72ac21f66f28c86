/** The version that Lockstep is tested with; older and newer ones on the PATH are taken too. */
export const TEMPORAL_VERSION = '1.9.1';

/** `sdk`: the version that the SDK thinks best for itself. */
export const cachedName = (version: string): string => `temporal-${version}`;
