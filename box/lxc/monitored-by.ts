/** Which container a process is the monitor of, by its command line, as LXC or whoever started it has written it. Pure. */
import { basename } from 'node:path';

export interface Monitored {
  /** As it was typed: it may lead through a link, or from the folder that the process is in. */
  readonly lxcPath: string;
  readonly name: string;
  /** By LXC itself: a `lxc-start` that waits for its monitor to begin has the same words, and ends then. */
  readonly titled: boolean;
}

const USUAL_PATH = '/var/lib/lxc';

/** `[lxc monitor] PATH NAME` where it was started with -d, else lxc-start's own. */
export function monitoredBy(cmdline: string): Monitored | null {
  const [, titled, title] = /^\[lxc monitor\] (\/.*) ([^ \0]+)\0*$/.exec(cmdline) ?? [];
  if (titled !== undefined && title !== undefined) return { lxcPath: titled, name: title, titled: true };
  const [program = '', ...words] = cmdline.replace(/\0+$/, '').split('\0');
  if (!/^lxc-(?:start|autostart|execute)$/.test(basename(program))) return null;
  const { values, plain } = optionsOf(words);
  const name = values.get('-n') ?? values.get('--name') ?? plain;
  const lxcPath = values.get('-P') ?? values.get('--lxcpath') ?? USUAL_PATH;
  return name === undefined ? null : { lxcPath: lxcPath.replace(/(?<=.)\/+$/, ''), name, titled: false };
}

/** Of lxc-start's options those that a word of their own follows. */
const WITH_VALUE = /^(?:-[nPofLlpcs]|--(?:name|lxcpath|logfile|logpriority|rcfile|pidfile|console|console-log|define))$/;

interface Options {
  readonly values: ReadonlyMap<string, string>;
  /** The first word that is no option: the name may stand by itself. */
  readonly plain: string | undefined;
}

function optionsOf(words: readonly string[]): Options {
  const values = new Map<string, string>();
  let plain: string | undefined;
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? '';
    if (word === '--') break;
    const [, long, short, joined = ''] = /^(?:(--[a-z-]+)=|(-[nP]))(.+)$/.exec(word) ?? [];
    if (WITH_VALUE.test(word)) values.set(word, words[++at] ?? '');
    else if (long ?? short) values.set(long ?? short ?? '', joined);
    else if (!word.startsWith('-')) plain ??= word;
  }
  return { values, plain };
}
