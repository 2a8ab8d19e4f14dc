// Templates of notices and documents: what can be checked without a workflow, and how values become words.

import { describe, expect, it } from 'vitest';
import { isStandardVariable, variablesIn, type DataSources } from './data.ts';
import { field } from './define.ts';
import { documents } from './documents/index.ts';
import { notices, smsTemplates } from './notices.ts';
import { codeMessages, personSms } from './person-notices.ts';
import { catalogRegistry } from './registry.ts';
import { services } from './services/index.ts';
import { fill, valuesOf } from './values.ts';

describe.each(Object.values(notices).map((one) => [one.code, one] as const))('notice %s', (_code, notice) => {
  const sample = Object.fromEntries(variablesIn(notice.text).map((name) => [name, sampleOf(name)]));

  it('fits into two messages at most, if it is sent by SMS', () => {
    const length = Array.from(fill(notice.text, sample)).length;
    expect(notice.sms ? length : 0).toBeLessThanOrEqual(92);
  });
});

function sampleOf(name: string): string {
  const samples: Readonly<Record<string, string>> = {
    case_no: '35020020260301000123',
    service: '职业伤害确认申请',
    due_day: '2026年12月31日',
    approved_fen: '¥12,345.67',
    policy_no: 'P35020020260301000123',
    member_no: 'M35020020260301000123',
    cover_starts_at: '2026年3月1日 08:00',
  };
  return samples[name] ?? '示例内容';
}

describe('texts that a provider of SMS holds', () => {
  it('are those of every notice by SMS and of the login code, with the values marked as it marks them', () => {
    const bySms = Object.values(notices).filter((one) => one.sms);
    const known: Readonly<Record<string, string>> = {
      ...Object.fromEntries(bySms.map((one) => [one.code, one.text])),
      ...Object.fromEntries(personSms.map((one) => [one.code, one.text])),
    };
    expect(Object.keys(smsTemplates).toSorted()).toEqual(Object.keys(known).toSorted());
    for (const code of Object.keys(codeMessages)) expect(known[code]).toContain('{code}');
    for (const [code, text] of Object.entries(smsTemplates)) expect(text.replaceAll('${', '{')).toEqual(known[code]);
    expect(smsTemplates['case_ended']).toContain('${case_no}');
  });
});

it('what a rider must decide by is in the message: amount, card, day, and what silence does', () => {
  const { text = '' } = notices['claim_offer'] ?? {};
  expect(variablesIn(text)).toEqual(['case_no', 'approved_fen', 'card_tail', 'due_day']);
  expect(text).toContain('不表态就按此付款');
  expect(variablesIn(notices['claim_paid']?.text ?? '')).toEqual(['approved_fen', 'case_no', 'card_tail']);
});

it('the engine tells by standard variables alone, in every workflow', () => {
  const engine = Object.values(notices).filter(({ code }) => /^(case_|supplement_|opinion_)|_light$/.test(code));
  expect(engine.length).toBeGreaterThan(12);
  expect(
    engine.flatMap(({ title, text }) => variablesIn(title + text)).filter((name) => !isStandardVariable(name)),
  ).toEqual([]);
});

describe('documents', () => {
  it('are named by their codes and have a title, a body and a reader', () => {
    for (const [code, one] of Object.entries(documents)) {
      expect(one.code).toBe(code);
      expect([one.title, one.body.length > 0, one.recipients.length > 0]).toEqual([
        expect.stringMatching(/\p{Script=Han}/u),
        true,
        true,
      ]);
    }
  });

  it('name on the policy who insures whom, for how long, for how much, and where to ask', () => {
    const policy = documents['policy'];
    expect(policy?.variables).toEqual(
      expect.arrayContaining(
        ['insurer', 'applicant', 'id_tail', 'days', 'cover_starts_at', 'cover_ends_at'].concat(
          'gross_fen',
          'subsidy_fen',
          'payable_fen',
        ),
      ),
    );
    const said = JSON.stringify(policy?.body);
    for (const text of ['40 万元', '30 万元', '8 万元', '酒后驾驶', '12333', '12351', '（待核）'])
      expect(said).toContain(text);
    expect(said).not.toMatch(/[^{]\{insurer\}[^}]/);
  });

  it('tell with a payment how it was calculated, on which card, and what can be done', () => {
    const paid = documents['claim_settlement'];
    expect(paid?.variables).toEqual(
      expect.arrayContaining(['approved_fen', 'benefit_explanation', 'card_tail', 'today', 'insurer']),
    );
    expect(paid?.remedy).toContain('复核');
  });

  it('tell the remedies wherever something is refused', () => {
    for (const code of ['denial_notice', 'injury_not_accepted', 'injury_denied', 'injury_confirmed']) {
      expect(documents[code]?.remedy).toMatch(/复核|行政复议/);
    }
  });
});

describe('valuesOf', () => {
  const [first] = services;
  if (!first) throw new Error('no service is authored');
  const service = {
    ...first,
    fields: {
      sum_fen: field('money', '金额'),
      day: field('date', '日期'),
      card: field('bank_card', '卡'),
      sick: field('icd10', '诊断', {}),
    },
  };
  const sources: DataSources = { effects: {}, deciders: {} };
  const facts = {
    service,
    caseNo: '350200-1',
    regionName: '示例市',
    step: 'apply',
    data: { sum_fen: 123_456, day: '2026-03-01', card: { sealed: 'v1.x', mask: '**** 1234' }, sick: 'S82.100' },
    end: null,
    dueDay: '2026-03-09',
    today: '2026-03-01',
    applicant: '张*',
    reason: null,
  };

  it('puts money, days and masks into words', () => {
    const values = valuesOf(facts, ['sum_fen', 'day', 'card', 'due_day', 'service', 'applicant'], sources);
    expect(values).toMatchObject({ card: '**** 1234', due_day: '2026年3月9日', service: first.zh, applicant: '张*' });
    expect(values['sum_fen']).toContain('1,234.56');
    expect(values['day']).toContain('2026');
  });

  it('never shows a sensitive value whole', () => {
    expect(valuesOf(facts, ['sick'], sources)['sick']).not.toContain('S82');
  });

  it('tells the last four digits of the card that is paid to, and no more', () => {
    expect(valuesOf(facts, ['card_tail'], sources)).toEqual({ card_tail: '1234' });
    expect(valuesOf({ ...facts, data: {} }, ['card_tail'], sources)).toEqual({ card_tail: '****' });
  });

  it('leaves empty what is not there', () => {
    expect(valuesOf(facts, ['nothing', 'end'], sources)).toEqual({ nothing: '', end: '' });
  });

  it('knows a standard variable for every name that the registry does not write', () => {
    expect(['case_no', 'service', 'today'].every(isStandardVariable)).toBe(true);
    expect(Object.keys(catalogRegistry.notices)).toEqual(Object.keys(notices));
  });
});
