/**
 * Every fault that Lockstep itself names: thrown once, at the adapter or on the box that saw it,
 * and never caught to be worded again. `retryable` says whether doing the same again may help
 * (activities retry those; the others end the step).
 * Free of zod and of Node: workflows import it.
 */
export interface FaultKind {
  readonly retryable: boolean;
  /** What happened, in general; an instance adds where and the evidence. */
  readonly sentence: string;
  readonly cure: string;
}

export const FAULTS = {
  // fleet.yaml and the command line
  FleetFileMissing: {
    retryable: false,
    sentence: 'There is no fleet file.',
    cure: 'Write fleet.yaml, or name it with --fleet FILE.',
  },
  FleetFileInvalid: {
    retryable: false,
    sentence: 'The fleet file is not valid.',
    cure: 'Mend the line and column that the message names.',
  },
  UnknownBox: {
    retryable: false,
    sentence: 'No such box in the fleet file.',
    cure: 'Choose one of the boxes that the message lists.',
  },
  UnknownLocker: {
    retryable: false,
    sentence: 'No such locker on this box.',
    cure: 'Choose one of the lockers that `lockstep status` lists.',
  },
  NotAvailableYet: { retryable: false, sentence: 'This is not available yet.', cure: 'Remove it; CHANGELOG.md says what is.' },
  PolicyInvalid: {
    retryable: false,
    sentence: 'The policy can not be kept on this box.',
    cure: 'Change the key that the message names.',
  },
  SigningKeyInvalid: {
    retryable: false,
    sentence: 'The private key can not be used to sign.',
    cure: 'Make one with `openssl genpkey -algorithm ed25519 -out KEYFILE`; docs/policy.md says where its public half goes.',
  },
  // chat
  ChatConfigInvalid: {
    retryable: false,
    sentence: 'The set-up of chat can not be used.',
    cure: 'Mend what the message names; docs/chat.md has an example with every key.',
  },
  ChatStateUnusable: {
    retryable: false,
    sentence: 'The outbox of chat can not be used.',
    cure: 'Make the folder writable, or name another one (`state` in chatops.yaml).',
  },
  ChatServerFailed: {
    retryable: false,
    sentence: 'chatops can not listen for requests.',
    cure: 'Choose another port (`listen` in chatops.yaml).',
  },
  // the link
  RouteRefused: {
    retryable: false,
    sentence: 'There is no way to the box that ssh would go.',
    cure: 'Mend what the message names; `ssh -G HOST` says the same, and docs/ssh.md which options are refused.',
  },
  BoxUnreachable: {
    retryable: true,
    sentence: 'The box can not be reached.',
    cure: 'Check its address, its sshd and the network between.',
  },
  HostKeyMismatch: {
    retryable: false,
    sentence: 'The box shows another host key than the known one.',
    cure: 'Find out why. If the change is right, put the new key into the fleet file or known_hosts.',
  },
  HostKeyUnknown: {
    retryable: false,
    sentence: 'The host key of the box is not known.',
    cure: 'Pin it as `hostKey` in the fleet file or add it to known_hosts.',
  },
  NoCommonAlgorithm: {
    retryable: false,
    sentence: 'The box and our SSH have no algorithm in common.',
    cure: 'Write `via: openssh` under ssh in the fleet file: then the system’s ssh dials the box. Or let its sshd allow one of those that the message names.',
  },
  LoginRefused: {
    retryable: false,
    sentence: 'The box refused the login.',
    cure: 'Check user and identity file; `ssh -v` with the same ones says more.',
  },
  LockerdMissing: {
    retryable: false,
    sentence: 'The box does not answer as a Lockstep box.',
    cure: 'Run `npm run lockstep -- install-box --box NAME`.',
  },
  ProtocolMismatch: {
    retryable: false,
    sentence: 'lockerd on the box speaks another protocol version.',
    cure: 'Run `npm run lockstep -- install-box --box NAME` to bring it to this version.',
  },
  WrongBox: {
    retryable: false,
    sentence: 'The host answers under the name of another box.',
    cure: 'Mend `ssh` of this box in the fleet file, or install the box under the right name.',
  },
  BoxLost: {
    retryable: false,
    sentence: 'The box could not be reached for minutes.',
    cure: 'Check the box and the network between. It brings up by itself what was left down; then resume.',
  },
  LinkLost: {
    retryable: true,
    sentence: 'The connection was lost; the outcome is unknown until asked again.',
    cure: 'Nothing: the step attaches again.',
  },
  // the box
  HeldBy: { retryable: false, sentence: 'Somebody else holds the box.', cure: 'Wait for it to end, or end it deliberately.' },
  Fenced: {
    retryable: false,
    sentence: 'A newer holder has taken the box.',
    cure: 'Look at what the newer holder does; this rollout can not go on.',
  },
  NoLease: {
    retryable: false,
    sentence: 'The request needs the lease of the box and does not have it.',
    cure: 'Start the rollout again.',
  },
  ChangesFrozen: {
    retryable: false,
    sentence: 'Changes on the box are frozen by a person.',
    cure: 'Ask that person; `lockerctl thaw-changes` on the box lifts it, then resume or start again.',
  },
  LxcMissing: { retryable: false, sentence: 'The box has no LXC.', cure: 'Install the Debian package lxc on the box.' },
  BoxUnfit: {
    retryable: false,
    sentence: 'The box lacks something that Lockstep needs.',
    cure: 'Install what the message names on the box, then run install-box again.',
  },
  ProbeImpossible: {
    retryable: false,
    sentence: 'The box itself could not ask its lockers.',
    cure: 'Mend the network of the box: `doctor` compares its neighbour table with the number of lockers; then resume.',
  },
  DiskFull: { retryable: false, sentence: 'The disk of the box is full.', cure: 'Free space on the box; nothing was changed.' },
  BadRequest: {
    retryable: false,
    sentence: 'lockerd refused a malformed request.',
    cure: 'Bring both ends to one version with `install-box`.',
  },
  CommandFailed: { retryable: true, sentence: 'A command on the box failed.', cure: 'Read its exit code and last lines.' },
  // release
  RepoUnreachable: {
    retryable: true,
    sentence: 'The box can not fetch a repository.',
    cure: 'Check the repository and the way from the box to it.',
  },
  Downgrade: {
    retryable: false,
    sentence: 'The release is older than what lockers run.',
    cure: 'Name a newer release. `lockstep roll-back` takes back what the last rollout did; `--allow-downgrade` goes down all the same.',
  },
  RefsNotTaken: {
    retryable: false,
    sentence: 'A mirror did not take all branches and tags of its repository.',
    cure: 'Look at these refs in the repository: `git fsck`, `git for-each-ref`.',
  },
  RefUnknown: {
    retryable: false,
    sentence: 'The repository has no such ref.',
    cure: 'Name a branch, a tag or a full commit that exists.',
  },
  PushIncomplete: {
    retryable: true,
    sentence: 'What was pushed to the box is not whole there.',
    cure: 'Nothing: it is pushed again.',
  },
  BuildFailed: {
    retryable: false,
    sentence: 'The build of the release failed.',
    cure: 'Mend the release; no locker was touched.',
  },
  ManifestInvalid: {
    retryable: false,
    sentence: 'lockstep.json of the release is missing or not valid.',
    cure: 'Mend it in the code repository.',
  },
  ReleaseTreeUnsupported: {
    retryable: false,
    sentence: 'The box can not check out the release as a clone of it has it.',
    cure: 'Mend what the message names, in the repository or on the box; no locker was touched.',
  },
  TemplateInvalid: {
    retryable: false,
    sentence: 'A config template can not be rendered.',
    cure: 'Give the missing value in the fleet file or mend the template.',
  },
  ConfigIncomplete: {
    retryable: false,
    sentence: 'The config lacks a key that the release requires.',
    cure: 'Give it in templates/config.json of the config repository, then plan again.',
  },
  ReleaseIncompatible: {
    retryable: false,
    sentence: 'The release can not follow the code that a locker comes from.',
    cure: 'Roll out a release that contains the required commit first, then this one.',
  },
  ReleaseCheckFailed: {
    retryable: false,
    sentence: 'The check that the release brings with it failed.',
    cure: 'Mend the release; no locker was touched.',
  },
  SecretMissing: {
    retryable: false,
    sentence: 'A secret of a locker is not on the box.',
    cure: 'Put the file where the message says, readable by the locker alone; or take it out of `secrets` in the fleet file.',
  },
  RehearsalFailed: {
    retryable: false,
    sentence: 'The release failed on a throwaway locker.',
    cure: 'Mend the release; no locker was touched. Where only a throwaway locker fails on it, write `rehearsal: off`.',
  },
  RehearsalImpossible: {
    retryable: false,
    sentence: 'The policy requires a rehearsal, and the box has not what it needs.',
    cure: 'Give the box what the message names, or write `rehearsal: auto`.',
  },
  // lockers, before anything is touched
  HaltSignalMissing: {
    retryable: false,
    sentence: 'A locker has no halt signal that its init ends on, so a stop would be a kill.',
    cure: 'Write `lxc.signal.halt = SIGTERM` into its config where its init is the service itself, else the signal that is named.',
  },
  MeNotMounted: {
    retryable: false,
    sentence: "A locker's /Me is not the expected mount; starting it would show its owner an empty locker.",
    cure: 'Mount the owner’s data, then start again.',
  },
  LockerUnfit: { retryable: false, sentence: 'A locker is not fit to be updated.', cure: 'Mend what the message names.' },
  LockerExists: {
    retryable: false,
    sentence: 'The box has a locker of this name already.',
    cure: 'Choose another name, or remove that one first.',
  },
  DataExists: {
    retryable: false,
    sentence: 'There are data of an owner under this name already.',
    cure: 'Add the locker with --adopt-data if they are its own; else choose another name, or move them away.',
  },
  NothingToPlan: {
    retryable: false,
    sentence: 'The box has no lockers.',
    cure: 'Create lockers first, or check lockerPattern and lxcPath in box.json.',
  },
  // migrations
  MigrationUndecided: {
    retryable: false,
    sentence: 'A migration was begun, and nobody knows whether it is done.',
    cure: 'Look at the data, then say so: `npm run lockstep -- settle-migration --box NAME --migration ID --as done` (or not-done). docs/operations.md says how to find out.',
  },
  MigrationUnderWay: {
    retryable: false,
    sentence: 'A migration holds the locker down.',
    cure: 'Wait until it has ended; where it is undecided, settle it: `npm run lockstep -- settle-migration`.',
  },
  ReleaseTooOld: {
    retryable: false,
    sentence: 'The release lacks a migration that is done on the data.',
    cure: 'Roll out a release that contains it.',
  },
  MigrationMissing: {
    retryable: false,
    sentence: 'The release needs a migration that is not done, and nobody asked for it.',
    cure: 'Bring the release by a rollout, which runs it: `npm run start-rollout -- --box NAME`.',
  },
  // the rollout
  AlreadyRunning: {
    retryable: false,
    sentence: 'A rollout already runs on this box.',
    cure: 'Follow it with `npm run lockstep -- watch --box NAME`, or abort it first.',
  },
  NoRollout: {
    retryable: false,
    sentence: 'No rollout runs on this box.',
    cure: 'Start one with `npm run start-rollout -- --box NAME`.',
  },
  WorldChanged: {
    retryable: false,
    sentence: 'The world changed since the plan was shown.',
    cure: 'Look at the new plan and start again.',
  },
  MessageRefused: {
    retryable: false,
    sentence: 'The rollout refused the message.',
    cure: 'Read why in the message; `lockstep status` shows what is asked now.',
  },
  ConfirmationNeeded: {
    retryable: false,
    sentence: 'The start needs a confirmation.',
    cure: 'Add --yes, or run it on a terminal.',
  },
  RolloutTerminated: {
    retryable: false,
    sentence: 'The rollout was terminated in Temporal.',
    cure: 'Nothing of it runs any more. Start the next one, which first brings up what is owed: `npm run start-rollout -- --box NAME --supersede`.',
  },
  // Temporal
  TemporalUnreachable: {
    retryable: true,
    sentence: 'The Temporal server can not be reached.',
    cure: 'Check TEMPORAL_ADDRESS, or unset it to use the embedded server.',
  },
  TemporalMissing: {
    retryable: false,
    sentence: 'No Temporal server binary could be had.',
    cure: 'Install the `temporal` CLI, or set TEMPORAL_ADDRESS.',
  },
  TemporalRefused: {
    retryable: false,
    sentence: 'The Temporal server refused us.',
    cure: 'Check TEMPORAL_API_KEY, the client certificate and the profile, and what they may do in the namespace.',
  },
  HomeUnusable: {
    retryable: false,
    sentence: 'The folder of the embedded server and worker can not be used.',
    cure: 'Set LOCKSTEP_HOME to a folder that you can write to.',
  },
  WorkerMissing: { retryable: false, sentence: 'No worker answers on the task queue.', cure: 'Start one with `npm run worker`.' },
  PayloadKeysInvalid: {
    retryable: false,
    sentence: 'The payload keys can not be used.',
    cure: 'Mend what LOCKSTEP_PAYLOAD_KEYS names (docs/team.md): one `<key id> <32 bytes in base64>` a line.',
  },
  PayloadKeyUnknown: {
    retryable: true,
    sentence: 'A payload is encrypted with a key that is not here.',
    cure: 'Give every worker and every command line the same LOCKSTEP_PAYLOAD_KEYS; keep old keys below the new one.',
  },
  CodecServerFailed: {
    retryable: false,
    sentence: 'The codec server can not be started.',
    cure: 'Choose another port with --port, or end what has it.',
  },
  SandboxUnavailable: {
    retryable: false,
    sentence: 'A sandbox box can not be made here.',
    cure: 'Mend what is named; `npm run sandbox -- down`, then `up`, starts from nothing.',
  },
  WorkflowPaused: {
    retryable: false,
    sentence: 'The rollout is paused in Temporal itself and answers nothing.',
    cure: 'Unpause it in the Temporal Web UI or with `temporal workflow unpause`.',
  },
  RolloutStuck: {
    retryable: false,
    sentence: 'The workflow code of the rollout fails in its worker: it answers nothing and decides nothing.',
    cure: 'Let a worker take it that can go on with it (the version that began it, or a newer one); or end it: `npm run start-rollout -- --box NAME --supersede` goes on with another rollout, `npm run lockstep -- release-box --box NAME` only frees the box.',
  },
} as const satisfies Record<string, FaultKind>;

export type FaultCode = keyof typeof FAULTS;

export interface FaultDetails {
  readonly code: FaultCode;
  /** What happened, on which box and locker. */
  readonly sentence: string;
  readonly cure: string;
  readonly evidence: readonly string[];
}

/** The one error class of the product. Its message is the whole story, for logs and for Temporal's UI. */
export class Fault extends Error {
  readonly code: FaultCode;
  readonly cure: string;
  readonly evidence: readonly string[];
  /** What happened, where; without cure and evidence. */
  readonly sentence: string;

  constructor(code: FaultCode, sentence: string, more: { evidence?: readonly string[]; cure?: string } = {}) {
    const cure = more.cure ?? FAULTS[code].cure;
    super(`${sentence} ${cure}`);
    this.name = code;
    this.code = code;
    this.sentence = sentence;
    this.cure = cure;
    this.evidence = more.evidence ?? [];
  }

  get retryable(): boolean {
    return FAULTS[this.code].retryable;
  }

  get details(): FaultDetails {
    return { code: this.code, sentence: this.sentence, cure: this.cure, evidence: this.evidence };
  }
}

export function isFaultCode(text: string): text is FaultCode {
  return Object.hasOwn(FAULTS, text);
}
