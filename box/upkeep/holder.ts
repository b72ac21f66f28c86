/** Who asks, where lockerd itself does. */
export const UPKEEP_HOLDER = 'lockerd';
