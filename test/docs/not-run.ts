/** Commands of the pages that no test runs, each with its reason. They are still parsed by the real command line. */
export interface NotRun {
  readonly fits: RegExp;
  readonly because: string;
}

export const NOT_RUN: readonly NotRun[] = [
  { fits: /^apt-get install /, because: 'changes the machine; CI does it before its first test' },
  { fits: /^npm ci$/, because: 'made the node_modules that the test runs with; CI begins with it' },
  { fits: /^(LOCKSTEP_REQUIRE=all )?npm test\b/, because: 'would run the test that runs it' },
  { fits: /^npm run check$/, because: 'CI runs its parts; test/house shows each of them a mistake' },
  { fits: /^npm run chatops( |$)/, because: 'needs a Slack app; test/chatops runs it against a Slack of its own' },
  {
    fits: / --containers lxd$/,
    because: 'needs a host with LXD; test/starters makes what it writes, and test/lxd works with that',
  },
  { fits: /^npm run bench( |$)/, because: 'takes minutes; test/long/bench.test.ts runs it with few lockers' },
  { fits: /^npm run bench:300\b/, because: 'takes up to an hour; test/long/bench.test.ts runs it with --quick' },
  { fits: /^npm run chaos\b/, because: 'takes minutes to hours; test/chaos/share.test.ts runs its share' },
  {
    fits: /^npm run lockstep -- approve .*--sign-with /,
    because: 'needs a key of one’s own; test/e2e/approvals.test.ts makes one',
  },
  { fits: /^(cp|node -p) /, because: 'lays files of a team’s own; test/deploy/team-page.test.ts does so in a folder of its own' },
  { fits: /^sudo chown /, because: 'gives a team’s files to another account; nothing of ours is run by it' },
  {
    fits: /^npm run lockstep -- check /,
    because: 'the sandbox’s service has no checks; test/long/checks.test.ts runs it with some',
  },
  {
    fits: /^docker compose /,
    because: 'needs Docker; test/deploy holds the file against its schema and runs each piece natively',
  },
  { fits: /^LOCKSTEP_UPDATE_HISTORIES=\S+ npx jest /, because: 'writes a saved history; test/replay reads them' },
];
