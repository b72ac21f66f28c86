/** The tokens of ProxyCommand and ProxyJump, which `ssh -G` prints as they were written. Pure. */
import { Fault } from '../../../domain/faults';

/** `n`: the name that was asked for; `h`, `p`, `r`: host, port and user that it led to. */
export type Tokens = Readonly<Record<'h' | 'n' | 'p' | 'r', string>>;

/** Fault: RouteRefused for any other token, as ssh refuses it. */
export function fillTokens(text: string, keyword: string, tokens: Tokens): string {
  return text.replace(/%(.?)/gsu, (whole, letter: string) => {
    if (letter === '%') return '%';
    if (Object.hasOwn(tokens, letter)) return tokens[letter as keyof Tokens];
    throw new Fault('RouteRefused', `${keyword} ${JSON.stringify(text)} holds ${whole}, which ssh does not know there.`, {
      cure: `Mend it in the ssh config file; ${keyword} takes %h, %n, %p, %r and %%.`,
    });
  });
}
