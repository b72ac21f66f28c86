/** Absolute paths as texts: node:path is not to be had in domain/. */

/** Without doubled and trailing slashes and `.`; `..` is left to whoever asks the file system. */
export function plain(path: string): string {
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  return `/${parts.join('/')}`;
}

/** What of `path` lies below `folder`: '' for the folder itself, null for what is elsewhere. */
export function below(folder: string, path: string): string | null {
  if (path === folder) return '';
  const start = folder === '/' ? '/' : `${folder}/`;
  return path.startsWith(start) ? path.slice(start.length) : null;
}

export const within = (folder: string, path: string): boolean => below(folder, path) !== null;

export function joined(folder: string, rest: string): string {
  if (rest === '') return folder;
  return folder === '/' ? `/${rest}` : `${folder}/${rest}`;
}
