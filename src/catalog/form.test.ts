// A form in one forward pass: what must not be later than now, and answers that must agree with earlier ones, each with the sentence
// that the person reads.

import { describe, expect, it } from 'vitest';
import { parseField } from './fields/index.ts';
import { parseForm } from './form.ts';
import { di005 } from './services/daily-insurance/di-005.ts';
import { di006 } from './services/daily-insurance/di-006.ts';
import { di007 } from './services/daily-insurance/di-007.ts';
import { di008 } from './services/daily-insurance/di-008.ts';
import { un001 } from './services/union/un-001.ts';

const now = '2026-05-03T06:30:20.000Z';
const context = { now, today: '2026-05-03' };

function problemsOf(service: Parameters<typeof parseForm>[0], raw: Readonly<Record<string, unknown>>) {
  const names = new Set(Object.keys(raw));
  const asked = Object.fromEntries(Object.entries(service).filter(([name]) => names.has(name)));
  const parsed = parseForm(asked, {}, raw, context);
  return parsed.ok ? {} : Object.fromEntries(parsed.problems.map(({ path, zh }) => [path, zh]));
}

describe('the time of an accident', () => {
  const { accident_time } = di006.fields;
  if (!accident_time) throw new Error('the report asks no time');

  it('may be this very minute and not the next', () => {
    expect(problemsOf(di006.fields, { accident_time: '2026-05-03 14:30' })).toEqual({});
    expect(problemsOf(di006.fields, { accident_time: '2026-05-03 14:31' })).toEqual({
      accident_time: '时间不能晚于现在（2026年5月3日 14:30），请核对。',
    });
  });

  it.each(['2026-05-03 23:59', '2026-05-04 00:00'])('is refused on phone and server alike when it is %s', (raw) => {
    const onPhone = parseField({ ...accident_time, required: true }, raw, context);
    expect(onPhone).toMatchObject({ ok: false, problems: [{ code: 'too_late' }] });
    expect(Object.keys(problemsOf(di006.fields, { accident_time: raw }))).toEqual(['accident_time']);
  });

  it('is held to its day where nobody says what time it is', () => {
    const at = (raw: string) => parseField({ ...accident_time, required: true }, raw, { today: '2026-05-03' }).ok;
    expect([at('2026-05-03 23:59'), at('2026-05-04 00:00')]).toEqual([true, false]);
  });
});

describe('amounts that must agree', () => {
  const bill = (medicare_paid: string, nef_injury_paid: string, self_pay_drug: string, bill_total = '100') =>
    problemsOf(di007.fields, { bill_total, medicare_paid, nef_injury_paid, self_pay_drug });
  const sentence = '医保、职业伤害保障已付的和自费药加起来，比票据总额还多，请核对。';

  it('deductions may take the whole bill and not a fen more', () => {
    expect(bill('50', '30', '20')).toEqual({});
    expect(bill('50', '30', '20.01')).toEqual({ self_pay_drug: sentence });
    expect(bill('', '', '100.01')).toEqual({ self_pay_drug: sentence });
  });

  it('the first that goes too far is named, and those after it', () => {
    expect(bill('100', '100', '100')).toEqual({ nef_injury_paid: sentence, self_pay_drug: sentence });
  });

  it('a bill that cannot be read is the only problem', () => {
    expect(Object.keys(bill('50', '30', '20', '一百'))).toEqual(['bill_total']);
  });

  it('nobody leaves a hospital before he came', () => {
    const stay = (in_date: string, out_date: string) => problemsOf(di008.fields, { in_date, out_date });
    expect(stay('2026-05-01', '2026-05-01')).toEqual({});
    expect(stay('2026-05-02', '2026-05-01')).toEqual({ out_date: '出院日比入院日还早，请核对。' });
  });
});

describe('papers', () => {
  it('whoever reports an accident needs no picture, in whatever state', () => {
    expect(di006.materials['scene_media']).toMatchObject({ required: false });
    expect(di006.materials['scene_media']).not.toHaveProperty('requiredWhen');
    expect(di007.materials).toHaveProperty('scene_media');
  });

  it('one portrait is one picture, and a signature is signed', () => {
    const photo = { fileIds: ['01900000-0000-7000-8000-000000000001', '01900000-0000-7000-8000-000000000002'] };
    const parsed = parseForm({}, un001.materials, { photo, id_front: photo }, context);
    expect(parsed).toMatchObject({
      ok: false,
      problems: ['id_front', 'photo'].map((path) => ({ path, code: 'too_many' })),
    });
    expect(un001.materials['photo']?.accept).toEqual(['image']);
    expect(di005.fields['refund_sign']?.kind).toBe('signature');
  });
});
