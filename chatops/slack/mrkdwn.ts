/** Text of others in a Slack message: `&`, `<` and `>` are Slack's own, and a `<!channel>` of a commit's subject calls nobody. */
import { plain, shortened } from '../../domain/operator/plain-text';

/** Cut before it is escaped, so that no entity is cut in two. */
export function mrkdwn(text: string, most = 300): string {
  return shortened(plain(text), most).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** An answer of ours: its lines stay. */
export const mrkdwnLines = (text: string): string =>
  text
    .split('\n')
    .map((line) => `${/^ */.exec(line)?.[0] ?? ''}${mrkdwn(line, 1_000)}`)
    .join('\n');
