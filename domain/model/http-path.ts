/** A path of a service, as fleet.yaml and boxes take it. */
import { z } from 'zod';

export const HttpPath = z.string().regex(/^\/[\x21-\x7e]*$/, 'a path begins with / and has no spaces');
