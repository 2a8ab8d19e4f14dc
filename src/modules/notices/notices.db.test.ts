// The outbox on real PostgreSQL: told in the transaction, sent once outside of it, tried again, read by those it is for.

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Role } from '#catalog';
import { documents as documentTemplates } from '#catalog/documents/index';
import { notices as templates } from '#catalog/notices';
import { catalogRegistry } from '#catalog/registry';
import { services } from '#catalog/services/index';
import { roleGrant, systemAccess, workerAccess, type Access } from '#platform/access';
import { fixedClock } from '#platform/clock';
import { createCrypto } from '#platform/crypto';
import { openDatabase, statement, type Database, type Tx } from '#platform/db';
import { newId } from '#platform/ids';
import { createDocuments, render } from '#modules/documents';
import { createTrace } from '#modules/trace';
import { testDatabase, type TestDatabase } from '#test/database';
import { createNotices, type SmsSender } from './index.ts';

const county = newId();
const route = (role: Role): string | null => (role === 'county_union' || role === 'platform_company' ? county : null);
const clock = fixedClock('2026-03-02T02:00:00.000Z');
const unionJoin = services.find((service) => service.code === 'UN-001');
if (!unionJoin) throw new Error('UN-001 is not authored');
const service = unionJoin;

const addPerson = statement<[string, Buffer], never>(
  'test.add_person',
  `insert into person (person_id, name_sealed, name_index, id_type, id_number_sealed, id_number_index, phone_sealed, phone_index,
     birth_day, sex, region, readers, created_at)
   values ($1, '', $2, 'resident', '', $2, '', $2, '1990-01-01', 'male', '350200', '{*}', '2026-01-01')`,
);
const states = statement<[], { template: string; sms_state: string }>(
  'test.sms_states',
  `select template, sms_state from notice where sms_state <> 'none' order by at, notice_id`,
);
const clear = statement<[], never>(
  'test.end_queue',
  `update notice set sms_state = 'failed' where sms_state in ('queued', 'doubtful')`,
);

let database: TestDatabase;
let db: Database;
let sent: Parameters<SmsSender['send']>[0][] = [];
let asked: string[] = [];
let fate: () => Awaited<ReturnType<SmsSender['find']>> = () => ({ state: 'not_found' });
let answer: SmsSender['send'] = async () => ({ providerId: 'p1' });

const sms: SmsSender = {
  send: (message) => {
    sent.push(message);
    return answer(message);
  },
  find: async ({ bizId }) => {
    asked.push(bizId);
    return fate();
  },
};

function make() {
  return createNotices({
    db,
    clock,
    sms,
    templates,
    sources: catalogRegistry,
    regionName: () => '示例市',
    phoneOf: async () => '13800000000',
  });
}

function contextOf(tx: Tx, personId: string, data: Readonly<Record<string, unknown>> = {}) {
  const state = {
    caseId: newId(),
    caseNo: '35020020260302000001',
    region: '350200',
    personId,
    readers: [],
    applicantOrgId: null,
    data,
    end: null,
    active: [
      {
        step: 'assign-union',
        orgId: county,
        dueAt: '2026-03-09T16:00:00.000Z',
        lastDay: '2026-03-09',
        supplement: null,
      },
    ],
    done: { 'county-record': { orgId: county } },
  };
  return { tx, service, state, step: 'assign-union', actor: { id: null }, facts: { now: clock.now(), route } };
}

async function person(): Promise<string> {
  const id = newId();
  await db.transaction(systemAccess, (tx) => tx.run(addPerson, [id, Buffer.from(id)]));
  return id;
}

const tell = (personId: string, template: string, data = {}) =>
  db.transaction(systemAccess, async (tx) => make().announce(contextOf(tx, personId, data), template));

beforeAll(async () => {
  database = await testDatabase();
  db = openDatabase({ url: database.appUrl, poolSize: 6 });
});
beforeEach(async () => {
  sent = [];
  asked = [];
  fate = () => ({ state: 'not_found' });
  answer = async () => ({ providerId: 'p1' });
  await db.transaction(systemAccess, (tx) => tx.run(clear, []));
});
afterAll(async () => {
  await db?.close();
  await database?.drop();
});

describe('announce', () => {
  it('tells nobody when the act is rolled back', async () => {
    const id = await person();
    const act = db.transaction(systemAccess, async (tx) => {
      make().announce(contextOf(tx, id), 'card_issued');
      throw new Error('no');
    });
    await expect(act).rejects.toThrow('no');
    expect((await make().list(id, undefined)).items).toEqual([]);
  });

  it('fills the words, and only its reader sees them', async () => {
    const [id, other] = [await person(), await person()];
    await tell(id, 'membership_approved', { member_no: 'M7' });
    const page = await make().list(id, undefined);
    expect(page.items.map((one) => one.text)).toEqual(['欢迎加入工会！会员编号M7，自批准之日起享受会员待遇。']);
    expect((await make().list(other, undefined)).items).toEqual([]);
    await expect(make().markRead(workerAccess(other), page.items[0]?.noticeId ?? '')).rejects.toThrow(
      'notices.not_found',
    );
    await make().markRead(workerAccess(id), page.items[0]?.noticeId ?? '');
    expect((await make().list(id, undefined)).unread).toBe(0);
  });

  it('reaches the organisation that acts, by role, and no SMS', async () => {
    await tell(await person(), 'case_urged');
    const staff = (role: string): Access => ({ kind: 'staff', actorId: newId(), grants: [roleGrant(role, county)] });
    const page = await make().orgNotices(staff('county_union'), undefined);
    expect(page.items[0]?.text).toContain('2026年3月9日');
    expect((await make().orgNotices(staff('hrss_window'), undefined)).items).toEqual([]);
    expect(await make().sendQueued()).toEqual({ sent: 0, failed: 0, retried: 0 });
  });

  it('pages by key', async () => {
    const id = await person();
    for (const template of ['card_issued', 'case_withdrawn', 'case_suspended']) await tell(id, template);
    const first = await make().list(id, undefined, 2);
    const second = await make().list(id, first.nextCursor ?? undefined, 2);
    expect([first.items.length, second.items.length, second.nextCursor]).toEqual([2, 1, null]);
    expect(new Set([...first.items, ...second.items].map((one) => one.noticeId)).size).toBe(3);
  });
});

describe('sendQueued', () => {
  it('sends each message once, whoever asks at the same time', async () => {
    const id = await person();
    for (let count = 0; count < 8; count += 1) await tell(id, 'case_withdrawn');
    const results = await Promise.all([make().sendQueued(), make().sendQueued(), make().sendQueued(3)]);
    expect(results.reduce((sum, one) => sum + one.sent, 0)).toBe(8);
    expect(new Set(sent.map((one) => one.bizId)).size).toBe(8);
    expect(sent[0]).toMatchObject({
      phone: '13800000000',
      templateCode: 'case_withdrawn',
      params: { case_no: '35020020260302000001' },
    });
  });

  it('tries again later what was certainly not taken, and gives up after five times', async () => {
    await tell(await person(), 'card_issued');
    answer = async () => {
      throw Object.assign(new Error('nobody there'), { kind: 'outcome_unknown', maybeDone: false });
    };
    const results = [];
    for (let count = 0; count < 7; count += 1) {
      results.push(await make().sendQueued());
      expect(await make().sendQueued()).toEqual({ sent: 0, failed: 0, retried: 0 });
      clock.set(new Date(Date.parse(clock.now()) + 2 * 3_600_000).toISOString());
    }
    expect(results.map((one) => one.retried)).toEqual([1, 1, 1, 1, 0, 0, 0]);
    expect(results.map((one) => one.failed)).toEqual([0, 0, 0, 0, 1, 0, 0]);
    expect(sent).toHaveLength(5);
  });

  it('does not repeat what the provider refused', async () => {
    await tell(await person(), 'card_issued');
    answer = async () => {
      throw Object.assign(new Error('no'), { kind: 'refused' });
    };
    expect(await make().sendQueued()).toEqual({ sent: 0, failed: 1, retried: 0 });
    const rows = await db.transaction(systemAccess, (tx) => tx.run(states, []));
    expect(rows.at(-1)).toEqual({ template: 'card_issued', sms_state: 'failed' });
  });
});

describe('a message in doubt', () => {
  const unknown = async (): Promise<never> => {
    throw Object.assign(new Error('timeout'), { kind: 'outcome_unknown', maybeDone: true });
  };
  const minutes = (count: number) => clock.set(new Date(Date.parse(clock.now()) + count * 60_000).toISOString());
  const stateNow = async () => (await db.transaction(systemAccess, (tx) => tx.run(states, []))).at(-1)?.sms_state;

  it.each([
    ['accepted', 'sent'],
    ['delivered', 'delivered'],
    ['failed', 'failed'],
  ] as const)('is asked about, not sent again: %s', async (found, state) => {
    await tell(await person(), 'card_issued');
    answer = unknown;
    await make().sendQueued();
    expect(await stateNow()).toBe('doubtful');
    minutes(2);
    await make().sendQueued();
    expect(asked).toEqual([]);
    fate = () => ({ state: found, providerId: newId() });
    minutes(3);
    await make().sendQueued();
    expect([sent.length, asked.length, await stateNow()]).toEqual([1, 1, state]);
  });

  it('is sent again only when its provider knows that it never had it', async () => {
    await tell(await person(), 'card_issued');
    answer = unknown;
    await make().sendQueued();
    minutes(3);
    await make().sendQueued();
    expect([sent.length, asked.length, await stateNow()]).toEqual([1, 1, 'queued']);
    answer = async () => ({ providerId: newId() });
    await make().sendQueued();
    expect([sent.length, asked.length, await stateNow()]).toEqual([2, 1, 'sent']);
  });

  it('that nobody can tell about ends as unknown, and a late receipt still ends it', async () => {
    await tell(await person(), 'card_issued');
    answer = unknown;
    await make().sendQueued();
    fate = () => ({ state: 'cannot_tell' });
    minutes(3);
    await make().sendQueued();
    minutes(600);
    expect(await make().sendQueued()).toEqual({ sent: 0, failed: 0, retried: 0 });
    expect([sent.length, await stateNow()]).toEqual([1, 'unknown']);
  });

  it('of a process that was killed while it sent is asked about too', async () => {
    await tell(await person(), 'card_issued');
    answer = () => new Promise(() => undefined);
    void make().sendQueued();
    await expect.poll(() => sent.length).toBe(1);
    fate = () => ({ state: 'delivered', providerId: newId() });
    for (let round = 0; round < 3; round += 1) {
      minutes(3);
      await make().sendQueued();
    }
    expect([sent.length, asked.length, await stateNow()]).toEqual([1, 1, 'delivered']);
  });
});

describe('receipts', () => {
  const stateNow = async () => (await db.transaction(systemAccess, (tx) => tx.run(states, []))).at(-1)?.sms_state;
  const say = (state: 'delivered' | 'failed') => (providerId: string) =>
    make().takeReceipts('p', [{ providerId, state, code: state }]);
  const [delivered, failed] = [say('delivered'), say('failed')];

  async function sendInParts(): Promise<readonly [string, string]> {
    const parts = [newId(), newId()] as const;
    answer = async () => ({ providerId: parts[0], provider: 'p', parts });
    await tell(await person(), 'card_issued');
    await make().sendQueued();
    return parts;
  }

  it('end a message when all its parts are delivered, in any order and at the same time', async () => {
    const [one, two] = await sendInParts();
    await delivered(two);
    expect(await stateNow()).toBe('sent');
    await delivered(one);
    expect(await stateNow()).toBe('delivered');
    for (let round = 0; round < 5; round += 1) {
      const parts = await sendInParts();
      await Promise.all([...parts, ...parts].map(delivered));
      expect(await stateNow()).toBe('delivered');
    }
  });

  it('one part that failed has failed the message, and a later word changes nothing', async () => {
    const [one, two] = await sendInParts();
    await failed(one);
    await delivered(two);
    await delivered(one);
    expect(await stateNow()).toBe('failed');
  });

  it('that come before the answer wait for it', async () => {
    const id = newId();
    answer = async () => {
      await delivered(id);
      return { providerId: id, provider: 'p' };
    };
    await tell(await person(), 'card_issued');
    await make().sendQueued();
    expect(await stateNow()).toBe('delivered');
  });

  it('of another provider, or forged about nobody, move nothing and are swept', async () => {
    const [one] = await sendInParts();
    await make().takeReceipts('other', [{ providerId: one, state: 'failed', code: '' }]);
    await failed(newId());
    expect(await stateNow()).toBe('sent');
    await make().sweep();
    const left = statement<[], { count: number }>(
      'test.parts',
      'select count(*)::int as count from sms_part where notice_id is null',
    );
    expect((await db.transaction(systemAccess, (tx) => tx.one(left, []))).count).toBeGreaterThan(0);
    clock.set(new Date(Date.parse(clock.now()) + 8 * 86_400_000).toISOString());
    await make().sweep();
    expect((await db.transaction(systemAccess, (tx) => tx.one(left, []))).count).toBe(0);
  });
});

describe('documents', () => {
  const access = (personId: string) => workerAccess(personId);

  it('are issued with their words, traced, and printed for those they are for', async () => {
    const trace = createTrace('gongdun.test', createCrypto(Buffer.alloc(32, 7)));
    const documents = createDocuments({
      db,
      trace,
      templates: documentTemplates,
      sources: catalogRegistry,
      regionName: () => '示例市',
      orgName: () => '示例区总工会',
    });
    const [id, other] = [await person(), await person()];
    const data = { member_no: 'M7', union_name: '示例区总工会', joined_on: '2026-03-02' };
    const documentId = await db.transaction(systemAccess, async (tx) =>
      documents.makeDocument({ ...contextOf(tx, id, data), step: 'county-record' }, 'membership_notice'),
    );
    const { content } = await documents.read(access(id), documentId);
    const html = render({ content, documentId, applicant: '张三', idTail: '****', notice: '' });
    for (const text of ['入会通知书', '张三：', 'M7', '示例区总工会', '2026年3月2日']) expect(html).toContain(text);
    expect(JSON.stringify(content)).not.toContain('张三');
    await expect(documents.read(access(other), documentId)).rejects.toThrow('documents.not_found');
  });
});
