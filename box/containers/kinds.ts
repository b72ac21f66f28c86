import type { BoxConfig } from '../../domain/protocol/box-config';

/** Incus came of LXD, and answers to the same questions. */
export const isLxd = ({ kind }: Pick<BoxConfig, 'kind'>): boolean => kind === 'lxd' || kind === 'incus';
