// For tests of the pages only: a whole app with one more service published, whose form has every kind of field, and the people of
// its city who are in the middle of things.

import { choices, field, on, type Fields, type Service } from '#catalog/define';
import { services as authored } from '#catalog/services/index';
import { dailyInsuranceEnrol } from '#catalog/workflows/daily-insurance-enrol';
import { systemAccess, workerAccess } from '#platform/access';
import { startApp, type TestApp } from '#test/app';
import { agreeToAll } from '#test/consents';
import { createVisitor, type Visitor } from '#test/visitor';
import { cookies } from './visit.ts';

export const hostile = '<script>alert(1)</script>"\'><img src=x onerror=alert(2)>';

const first = { mishap: field('enum', '事故类型', choices('道路交通', '跌倒', '其他'), { help: '选最接近的一种。' }) };

const fields: Fields = {
  ...first,
  story: field('longtext', '经过', { max: 300 }),
  other_kind: field('text', '其他类型说明', {}, { showWhen: on(first)('mishap').eq('其他') }),
  happened: field('datetime', '出险时间', { max: 'today' }),
  start_month: field('date', '从业起始月份', { precision: 'month' }),
  cover_from: field('date', '起保日期', { min: 'today' }),
  spot: field('location', '出险地点'),
  home: field('address', '住址', {}, { optional: true }),
  area: field('region', '常接单区域'),
  platform: field('org_ref', '主要接单平台', {}, { concept: 'platform' }),
  on_work: field('boolean', '是否在送单途中'),
  harms: field('multi_enum', '受伤部位', choices('头', '手', '腿'), { optional: true }),
  card: field('bank_card', '收款账户'),
  id: field('id_number', '身份证号', {}, { optional: true }),
  document: field('id_document', '证件', {}, { optional: true }),
  code: field('uscc', '单位代码', {}, { optional: true }),
  called: field('phone', '联系电话'),
  named: field('person_name', '联系人'),
  paid: field('money', '已付医药费', {}, { optional: true }),
  days: field('integer', '投保天数', { min: 1, max: 31, unit: '天' }),
  share: field('decimal', '份额', { max: 100, unit: '%' }, { optional: true }),
  diagnosis: field('icd10', '诊断编码', {}, { optional: true }),
  policy: field('case_ref', '保单办件', {}, { optional: true }),
  witness: field('person_ref', '证人', { required: ['phone', 'idDocument'] }, { optional: true }),
  heirs: field('person_list', '受益人', { columns: ['idDocument', 'relation', 'amountFen'] }, { optional: true }),
  bills: field(
    'group',
    '票据',
    { fields: { no: { kind: 'text', zh: '票号', required: true }, sum: { kind: 'money', zh: '金额' } } },
    { optional: true },
  ),
  signed: field('signature', '签名'),
  truth: field('boolean', '以上内容真实', { mustBeTrue: true }),
  health: field('consent', '处理健康信息用于理赔', { purpose: 'claim', version: '1' }),
};

export const everyKind: Service = {
  code: 'DI-990',
  zh: '每一种填写项',
  en: 'Every kind of field',
  domain: 'daily-insurance',
  workflow: dailyInsuranceEnrol,
  entry: 'personal',
  audience: ['worker', 'family'],
  lead: 'hrss',
  cooperating: ['insurer'],
  channels: ['mobile'],
  fields,
  materials: {
    photos: { zh: '现场照片或视频', required: true, ocr: 'none' },
    id_front: { zh: '身份证人像面', required: true, ocr: 'id_card', exemptIfShared: true },
  },
  eligibility: [{ zh: '出险时在保', when: { fact: 'cover.in_force' } }],
  statutoryLimit: {
    value: 30,
    unit: 'calendar_day',
    basis: '保险法第二十三条',
    basisType: 'statutory',
    needsCheck: true,
  },
  promisedLimit: { value: 1, unit: 'working_day' },
  outcome: { type: 'record', zh: '报案号与查勘派单' },
  fee: { charged: false, zh: '免费' },
  rules: [],
  legalBasis: ['保险法第二十一条', '保险实施方案（待核）'],
  summary: '送单路上摔伤、撞伤，48 小时内报案。',
};

export const form = `/m/apply/${everyKind.code}`;
export const guide = `/m/services/${everyKind.code}`;

export type PhoneWorld = Awaited<ReturnType<typeof startPhoneWorld>>;

export async function startPhoneWorld() {
  const app = await startApp();
  const { catalogue, clock, drafts, identity, reader } = app.services;
  await app.db.transaction(systemAccess, (tx) => catalogue.publish(tx, [...authored, everyKind], clock.now()));
  await catalogue.load();

  function riderOf(story: string): TestApp['city']['rider'] {
    const rider = app.city.riders.find((one) => one.story === story);
    if (!rider) throw new Error(`no story ${story}`);
    return rider;
  }

  /** What is kept of the answers, the secrets by their masks. */
  async function answers(personId: string): Promise<Readonly<Record<string, unknown>>> {
    const draft = await drafts.find(workerAccess(personId), everyKind.code);
    return { ...draft?.answers, ...draft?.masks };
  }

  async function comeIn(story: string): Promise<{ visitor: Visitor; personId: string }> {
    const visitor = createVisitor(app);
    await visitor.prove(riderOf(story).phone);
    const session = await identity.sessionOf(visitor.jar[cookies.session] ?? '', 'worker');
    const personId = session?.kind === 'worker' ? session.personId : '';
    await agreeToAll(app.services, personId);
    return { visitor, personId };
  }

  async function casesOf(personId: string) {
    return (await reader.mine(workerAccess(personId), personId, null)).items;
  }

  return { app, riderOf, answers, comeIn, casesOf };
}

/** Names of the questions that have a page of their own from the start. */
export const questions: readonly string[] = [...Object.keys(fields), ...Object.keys(everyKind.materials)].filter(
  (name) => !['truth', 'health', 'other_kind'].includes(name),
);
