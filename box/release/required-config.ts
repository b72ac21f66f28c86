/** What a release asks of the config that a locker would get. Pure. */
import type { ReleaseManifest } from '../../domain/model/release-manifest';
import type { Files } from './config-render';

/** Where a service's settings are. */
const SETTINGS = 'config.json';

/** Keys of `config.required` that the rendered config.json lacks; `null` there is a value. */
export function missingConfig({ config }: ReleaseManifest, files: Files): string[] {
  const required = config?.required ?? [];
  if (required.length === 0) return [];
  const text = files.get(SETTINGS);
  const settings: unknown = text === undefined ? {} : JSON.parse(text);
  return required.filter((key) => !has(settings, key.split('.')));
}

function has(value: unknown, [key, ...below]: readonly string[]): boolean {
  if (key === undefined) return true;
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return false;
  return has((value as Record<string, unknown>)[key], below);
}
