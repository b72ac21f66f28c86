/**
 * Where a submodule is fetched from: what .gitmodules says, a relative address counted from where its parent
 * came from, as git does. The file is part of the release, so an address in it may name a repository and
 * nothing else: no helper that runs a program, no option, and no file of the box where the parent is none. Pure.
 */
export type SubmoduleUrl = { readonly url: string } | { readonly problem: string };

const SCHEMES: readonly string[] = ['https', 'http', 'ssh', 'git', 'git+ssh', 'ssh+git'];

export function submoduleUrl(written: string | undefined, parent: string): SubmoduleUrl {
  if (written === undefined || written === '') return { problem: '.gitmodules gives it no url' };
  const url = /^\.\.?\//.test(written) ? relativeTo(parent, written) : written;
  if (url === null) return { problem: `its url ${written} leads out of ${parent}` };
  const problem = addressProblem(url, parent);
  return problem === null ? { url } : { problem: `its url ${written} ${problem}` };
}

/** Why a release may not name it; null: it may. */
export function addressProblem(url: string, parent: string): string | null {
  // oxlint-disable-next-line no-control-regex -- exactly those are meant
  if (/[\x00-\x1f\x7f]/.test(url)) return 'has a control character';
  if (url.startsWith('-')) return 'would be an option of git';
  if (/^[A-Za-z0-9+.-]*::/.test(url)) return 'names a helper program';
  if (hostOf(url)?.startsWith('-')) return 'would be an option of ssh';
  const scheme = schemeOf(url);
  if (scheme !== null && scheme !== 'file' && !SCHEMES.includes(scheme)) return `has the scheme ${scheme}, which is not allowed`;
  if (isLocal(url) && !isLocal(parent)) return 'is a file of the box, and its parent repository is none';
  if (isLocal(url) && scheme === null && !url.startsWith('/')) return 'is neither an address nor a whole path';
  return null;
}

const schemeOf = (url: string): string | null => /^([A-Za-z0-9+.-]+):\/\//.exec(url)?.[1]?.toLowerCase() ?? null;

/** A colon before the first slash makes it `host:path`. */
function isLocal(url: string): boolean {
  const scheme = schemeOf(url);
  return scheme === null ? !/^[^/]*:/.test(url) : scheme === 'file';
}

function hostOf(url: string): string | undefined {
  const authority = schemeOf(url) === null ? /^([^/]*):/.exec(url)?.[1] : /^[^:]+:\/\/([^/]*)/.exec(url)?.[1];
  return authority?.slice(authority.lastIndexOf('@') + 1);
}

/** One step a `../`; null: there are more of them than steps. */
function relativeTo(parent: string, written: string): string | null {
  let base = parent.replace(/\/$/, '');
  let rest = written;
  let joint = '/';
  while (/^\.\.?\//.test(rest)) {
    const up = rest.startsWith('../');
    rest = rest.slice(up ? 3 : 2);
    if (!up) continue;
    const cut = base.includes('/') ? base.lastIndexOf('/') : base.lastIndexOf(':');
    if (cut < 0) return null;
    if (base[cut] === ':') joint = ':';
    base = base.slice(0, cut);
  }
  const whole = `${base}${joint}${rest.replace(/\/$/, '')}`;
  const host = /^[A-Za-z0-9+.-]+:\/\/[^/]*\//.exec(parent)?.[0];
  return host === undefined || whole.startsWith(host) ? whole : null;
}
