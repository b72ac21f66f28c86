/**
 * Each option that `ssh -G` prints, and what becomes of it: `kept` in the route, `ours` (Lockstep has its own
 * way, which is no less strict), or `none` of the way to a box. Those that change whom we reach or what
 * proves it, and that ssh2 can't keep, are refused by name. docs/ssh.md has the same table (compared both ways).
 */
import { Fault } from '../../../domain/faults';
import type { SshInput } from '../../../domain/model/fleet';
import type { SshAnswer } from './read-ssh-answer';

const words = (text: string): readonly string[] => text.trim().split(/\s+/);

export const SSH_OPTIONS: Readonly<Record<'kept' | 'ours' | 'none' | 'refused', readonly string[]>> = {
  kept: words(`
    host hostname port user proxyjump proxycommand addressfamily bindaddress connecttimeout identityfile
    identitiesonly identityagent certificatefile userknownhostsfile globalknownhostsfile revokedhostkeys
    hostkeyalias kexalgorithms hostkeyalgorithms ciphers macs pubkeyacceptedalgorithms casignaturealgorithms
    canonicalizehostname canonicaldomains canonicalizefallbacklocal canonicalizemaxdots
    canonicalizepermittedcnames tag
  `),
  refused: words(`
    pubkeyauthentication preferredauthentications proxyusefdpass bindinterface knownhostscommand
    pkcs11provider refuseconnection
  `),
  ours: words(`
    stricthostkeychecking updatehostkeys verifyhostkeydns checkhostip nohostauthenticationforlocalhost
    gssapiauthentication hostbasedauthentication passwordauthentication kbdinteractiveauthentication
    numberofpasswordprompts batchmode securitykeyprovider addkeystoagent connectionattempts tcpkeepalive
    serveraliveinterval serveralivecountmax hashknownhosts requiredrsasize compression rekeylimit ipqos
  `),
  none: words(`
    remotecommand requesttty sessiontype stdinnull forkafterauthentication sendenv setenv localcommand
    permitlocalcommand controlmaster controlpath controlpersist tunnel tunneldevice forwardagent forwardx11
    forwardx11trusted forwardx11timeout xauthlocation localforward remoteforward dynamicforward
    clearallforwardings exitonforwardfailure gatewayports permitremoteopen streamlocalbindmask
    streamlocalbindunlink escapechar enableescapecommandline visualhostkey fingerprinthash loglevel logverbose
    syslogfacility enablesshkeysign gssapikeyexchange gssapidelegatecredentials gssapitrustdns
    gssapirenewalforcesrekey gssapikexalgorithms gssapiclientidentity gssapiserveridentity
    hostbasedacceptedalgorithms channeltimeout obscurekeystroketiming versionaddendum warnweakcrypto
  `),
};

const VIA_OPENSSH =
  'Write `via: openssh` under ssh in the fleet file: then the system’s ssh dials the box. Or leave the option out.';

/** `PreferredAuthentications` without publickey leaves it out as `PubkeyAuthentication no` does. */
export function logsInByKey(answer: SshAnswer): boolean {
  const preferred = answer.one('preferredauthentications')?.split(',') ?? ['publickey'];
  return !['false', 'no'].includes(answer.one('pubkeyauthentication') ?? '') && preferred.includes('publickey');
}

interface Unkept {
  readonly what: string;
  readonly cure: string;
  readonly said: (answer: SshAnswer) => boolean;
}

const given = (keyword: string) => (answer: SshAnswer) => (answer.one(keyword) ?? 'none').toLowerCase() !== 'none';

const UNKEPT: readonly Unkept[] = [
  {
    what: 'no login by public key (PubkeyAuthentication, PreferredAuthentications), and Lockstep has no other',
    cure: 'Allow publickey for this host in the ssh config file; nobody is there to type a password.',
    said: (answer) => !logsInByKey(answer),
  },
  {
    what: 'ProxyUseFdpass with its ProxyCommand, which hands a socket over',
    cure: VIA_OPENSSH,
    said: (answer) => answer.one('proxyusefdpass') === 'yes' && answer.one('proxycommand') !== undefined,
  },
  {
    what: 'ProxyCommand "-", its own stdin and stdout',
    cure: 'Write a ProxyCommand that opens the connection.',
    said: (answer) => answer.one('proxycommand') === '-',
  },
  { what: 'BindInterface', cure: VIA_OPENSSH, said: given('bindinterface') },
  { what: 'KnownHostsCommand', cure: VIA_OPENSSH, said: given('knownhostscommand') },
  { what: 'PKCS11Provider', cure: VIA_OPENSSH, said: given('pkcs11provider') },
  {
    what: 'RefuseConnection',
    cure: 'The ssh config file forbids this host: take the line out if that is wrong.',
    said: given('refuseconnection'),
  },
];

/** Fault: RouteRefused. The system's ssh keeps whatever it has to be let for. */
export function refuseUnkept({ host, via }: SshInput, answer: SshAnswer): void {
  const unkept = UNKEPT.find(({ said, cure }) => said(answer) && !(via === 'openssh' && cure === VIA_OPENSSH));
  if (unkept === undefined) return;
  throw new Fault('RouteRefused', `ssh has for ${host} ${unkept.what}: that can not be kept.`, {
    evidence: [`$ ssh -G ${host}`],
    cure: unkept.cure,
  });
}
