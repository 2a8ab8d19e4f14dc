// Two providers: where messages go when one is ill, when they come back, and that no phone is told twice.
import { describe, expect, test } from 'vitest';
import { createSmsFailover, OutcomeUnknown, Refused, type NamedSms, type SmsFate } from './index.ts';

type Mood = 'fine' | 'refused' | 'final' | 'unreachable' | 'unknown' | 'slow';

function world() {
  const time = { ms: 0 };
  const sent: string[] = [];
  function provider(name: string): { mood: Mood; fate: SmsFate; named: NamedSms } {
    const self = { mood: 'fine' as Mood, fate: { state: 'not_found' } as SmsFate };
    const named: NamedSms = {
      name,
      port: {
        async send({ bizId }) {
          const { mood } = self;
          if (mood === 'unreachable') throw new OutcomeUnknown(name, 'send', 'network', { maybeDone: false });
          if (mood === 'refused') throw new Refused(name, 'send', { status: 200, code: 'isv.AMOUNT_NOT_ENOUGH' });
          if (mood === 'final') throw new Refused(name, 'send', { status: 200, code: 'isv.MOBILE_NUMBER_ILLEGAL' });
          sent.push(`${name} ${bizId}`);
          if (mood === 'unknown') throw new OutcomeUnknown(name, 'send', 'timeout');
          if (mood === 'slow') time.ms += 2_500;
          return { providerId: `${name}-${bizId}` };
        },
        find: async () => self.fate,
      },
    };
    return Object.assign(self, { named });
  }
  const [a, b] = [provider('a'), provider('b')];
  const sms = createSmsFailover([a.named, b.named], { clockMs: () => time.ms });
  let count = 0;
  const send = async (): Promise<string> => {
    count += 1;
    time.ms += 10;
    const bizId = String(count);
    return await sms
      .send({ phone: '13800000000', templateCode: 't', params: {}, bizId })
      .then((taken) => taken.provider)
      .catch((error: unknown) => (error instanceof OutcomeUnknown ? 'unknown' : 'refused'));
  };
  const sendMany = async (times: number): Promise<string[]> => {
    const all: string[] = [];
    for (let n = 0; n < times; n += 1) all.push(await send());
    return all;
  };
  return { a, b, sms, send, sendMany, time, sent };
}

describe('where a message goes', () => {
  test('the first while it is well', async () => {
    const { sendMany } = world();
    expect(await sendMany(3)).toEqual(['a', 'a', 'a']);
  });

  test.each(['refused', 'unreachable'] as const)('%s: the next, at once', async (mood) => {
    const { a, send, sent } = world();
    a.mood = mood;
    expect(await send()).toBe('b');
    expect(sent).toEqual(['b 1']);
  });

  test('unknown: nowhere else', async () => {
    const { a, send, sent } = world();
    a.mood = 'unknown';
    expect(await send()).toBe('unknown');
    expect(sent).toEqual(['a 1']);
  });

  test('what is wrong with the message is wrong everywhere', async () => {
    const { a, sms, send, sent } = world();
    a.mood = 'final';
    for (let n = 0; n < 20; n += 1) expect(await send()).toBe('refused');
    expect(sent).toEqual([]);
    expect(sms.health()[0]?.state).toBe('good');
  });

  test('both gone: unknown, certain that nothing was taken', async () => {
    const { a, b, sms } = world();
    a.mood = 'unreachable';
    b.mood = 'unreachable';
    const message = { phone: '13800000000', templateCode: 't', params: {}, bizId: 'x' };
    await expect(sms.send(message)).rejects.toMatchObject({ maybeDone: false });
  });
});

describe('health', () => {
  test.each(['unknown', 'slow', 'unreachable'] as const)(
    '%s for a while: left, tried after a rest, back',
    async (mood) => {
      const { a, sms, sendMany, time } = world();
      a.mood = mood;
      await sendMany(6);
      expect(sms.health()[0]?.state).toBe('resting');
      expect(new Set(await sendMany(20))).toEqual(new Set(['b']));
      time.ms += 60_000;
      expect(sms.health()[0]?.state).toBe('trial');
      // Still ill: one message finds out, the rest are spared.
      await sendMany(1);
      expect(new Set(await sendMany(5))).toEqual(new Set(['b']));
      a.mood = 'fine';
      time.ms += 60_000;
      expect(await sendMany(5)).toEqual(['a', 'a', 'a', 'a', 'a']);
      expect(sms.health()[0]?.state).toBe('good');
    },
  );

  test('one that takes everything and delivers nothing is found out by its receipts', async () => {
    const { sms, send } = world();
    for (let n = 0; n < 12; n += 1) sms.noteReceipt('a', n % 4 === 0);
    expect(await send()).toBe('b');
    expect(sms.health()[0]).toMatchObject({ state: 'resting' });
  });

  test('when all rest, the message is still tried', async () => {
    const { a, b, sendMany } = world();
    a.mood = 'unreachable';
    b.mood = 'unreachable';
    await sendMany(10);
    b.mood = 'fine';
    expect(await sendMany(1)).toEqual(['b']);
  });
});

describe('a message in doubt', () => {
  const at = new Date('2026-03-02T04:00:00Z');
  test('whoever left the doubt is asked; a third party cannot hide its answer', async () => {
    const { a, b, send, sms } = world();
    b.fate = { state: 'cannot_tell' };
    a.mood = 'unknown';
    await send();
    expect(await sms.find({ phone: '13800000000', bizId: '1', at })).toEqual({ state: 'not_found' });
    // Forgotten by a restart: all are asked, and one that cannot tell leaves it open.
    expect(await sms.find({ phone: '13800000000', bizId: 'other', at })).toEqual({ state: 'cannot_tell' });
    a.fate = { state: 'delivered', providerId: 'p' };
    expect(await sms.find({ phone: '13800000000', bizId: 'other', at })).toMatchObject({
      state: 'delivered',
      provider: 'a',
    });
  });
});
