/** Signatures against the vectors that Slack and Standard Webhooks publish, and every way in which one does not fit. */
import * as fc from 'fast-check';
import { refuseSlack, slackSignature } from '../../chatops/slack/slack-signature';
import { refuseWebhook, signWebhook, webhookKey } from '../../chatops/webhooks/webhook-signature';

describe('Slack', () => {
  // https://docs.slack.dev/authentication/verifying-requests-from-slack
  const secret = '8f742231b10e8888abcd99yyyzzz85a5';
  const timestamp = '1531420618';
  const nowMs = 1_531_420_618_000;
  const body = Buffer.from(
    'token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c',
  );
  const signature = 'v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503';

  test('the published example is signed as published, and is taken', () => {
    expect(slackSignature(secret, timestamp, body)).toBe(signature);
    expect(refuseSlack(secret, { timestamp, signature }, { body, nowMs })).toBeNull();
  });

  const minutes = (count: number) => nowMs + count * 60_000;
  test.each([
    ['no signature', { timestamp, signature: undefined }, {}, /not signed by Slack/],
    ['no timestamp', { timestamp: undefined, signature }, {}, /not signed by Slack/],
    ['a time that is none', { timestamp: 'now', signature }, {}, /does not say when/],
    ['a time like an expression', { timestamp: '1e9', signature }, {}, /does not say when/],
    ['an old request', { timestamp, signature }, { nowMs: minutes(5) + 1 }, /2018-07-12T18:36:58Z, more than 5 minutes ago/],
    ['one of tomorrow', { timestamp, signature }, { nowMs: minutes(-5) - 1 }, /ahead of the clock/],
    ['another body', { timestamp, signature }, { body: Buffer.concat([body, Buffer.from(' ')]) }, /does not fit/],
    ['another time than was signed', { timestamp: '1531420619', signature }, {}, /does not fit/],
    ['a shorter signature', { timestamp, signature: signature.slice(0, -2) }, {}, /does not fit/],
    ['no version', { timestamp, signature: signature.slice(3) }, {}, /does not fit/],
    ['an empty one', { timestamp, signature: '' }, {}, /does not fit/],
  ])('%s is refused with a sentence', (_what, headers, more, says) => {
    expect(refuseSlack(secret, headers, { body, nowMs, ...more })).toMatch(says);
  });

  test('five minutes are still taken, both ways', () => {
    for (const at of [minutes(5), minutes(-5)])
      expect(refuseSlack(secret, { timestamp, signature }, { body, nowMs: at })).toBeNull();
  });

  test('another secret is refused', () => {
    expect(refuseSlack(`${secret}x`, { timestamp, signature }, { body, nowMs })).toMatch(/does not fit/);
  });

  test('a body of any bytes is signed as it is', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(300), (bytes, at) => {
        const raw = Buffer.from(bytes);
        const headers = { timestamp, signature: slackSignature(secret, timestamp, raw) };
        expect(refuseSlack(secret, headers, { body: raw, nowMs })).toBeNull();
        if (raw.length === 0) return;
        const changed = Buffer.from(raw);
        changed[at % raw.length] = (changed[at % raw.length] ?? 0) ^ 1;
        expect(refuseSlack(secret, headers, { body: changed, nowMs })).toMatch(/does not fit/);
      }),
    );
  });
});

describe('Standard Webhooks', () => {
  // libraries/javascript/src/webhook.test.ts of standard-webhooks/standard-webhooks
  const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
  const id = 'msg_p5jXN8AQM9LWM0D4loKWxJek';
  const timestamp = '1614265330';
  const nowMs = 1_614_265_330_000;
  const body = Buffer.from('{"test": 2432232314}');
  const signature = 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=';
  const key = keyOf(secret);
  const headers = { id, timestamp, signature };

  test('the published example is signed as published, and is taken', () => {
    expect(signWebhook([key], { id, timestamp, body })).toBe(signature);
    expect(refuseWebhook([key], headers, { body, nowMs })).toBeNull();
  });

  test('a secret is whsec_ and 24 to 64 bytes in base64, or the base64 alone', () => {
    expect(keyOf(secret.slice(6))).toEqual(key);
    for (const bad of [
      '',
      'whsec_',
      'whsec_AAAA',
      'whsec_MfKQ9r8GKYqrTw jUPD8ILPZIo2LaLaSw',
      `whsec_${Buffer.alloc(65).toString('base64')}`,
    ])
      expect(webhookKey(bad)).toBeNull();
    for (const bytes of [24, 64]) expect(keyOf(`whsec_${Buffer.alloc(bytes, 1).toString('base64')}`)).toHaveLength(bytes);
  });

  test('while a secret is changed, one of several signatures is enough, on either side', () => {
    const other = Buffer.alloc(32, 7);
    const both = signWebhook([other, key], { id, timestamp, body });
    expect(both.split(' ')).toHaveLength(2);
    expect(refuseWebhook([key], { ...headers, signature: both }, { body, nowMs })).toBeNull();
    expect(refuseWebhook([other, key], headers, { body, nowMs })).toBeNull();
    const many = `v1,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc= v1a,abc v2,${signature.slice(3)} ${signature}`;
    expect(refuseWebhook([key], { ...headers, signature: many }, { body, nowMs })).toBeNull();
  });

  test.each([
    ['no id', { ...headers, id: undefined }, {}, /needs webhook-id/],
    ['no timestamp', { ...headers, timestamp: undefined }, {}, /needs webhook-id/],
    ['no signature', { ...headers, signature: undefined }, {}, /needs webhook-id/],
    ['an id with a dot, which parts what is signed', { ...headers, id: 'msg_1.2' }, {}, /webhook-id can not be used/],
    ['a time that is none', { ...headers, timestamp: 'hello' }, {}, /does not say when/],
    ['an old one', headers, { nowMs: nowMs + 5 * 60_000 + 1 }, /more than 5 minutes ago/],
    ['one of tomorrow', headers, { nowMs: nowMs - 5 * 60_000 - 1 }, /ahead of the clock/],
    ['a wrong signature', { ...headers, signature: 'v1,dawfeoifkpqwoekfpqoekf' }, {}, /does not fit/],
    ['half a signature', { ...headers, signature: signature.slice(0, 8) }, {}, /does not fit/],
    ['an empty one', { ...headers, signature: 'v1,' }, {}, /does not fit/],
    ['the right one under another version', { ...headers, signature: `v2,${signature.slice(3)}` }, {}, /does not fit/],
    ['another id than was signed', { ...headers, id: 'msg_other' }, {}, /does not fit/],
    ['another body', headers, { body: Buffer.from('{"test":2432232314}') }, /does not fit/],
  ])('%s is refused with a sentence', (_what, given, more, says) => {
    expect(refuseWebhook([key], given, { body, nowMs, ...more })).toMatch(says);
  });
});

function keyOf(secret: string): Buffer {
  const key = webhookKey(secret);
  if (key === null) throw new Error(`${secret} is no secret`);
  return key;
}
