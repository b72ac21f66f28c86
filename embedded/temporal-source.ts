/** A place that may have the `temporal` binary: where it is, or why not. */
import type { Home } from './home';

export interface Search {
  readonly home: Home;
  readonly env: NodeJS.ProcessEnv;
  readonly progress: (line: string) => void;
}
export type Found = { readonly path: string } | { readonly why: string };

export interface Source {
  readonly name: string;
  readonly find: (search: Search) => Promise<Found>;
}
