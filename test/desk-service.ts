// A service that companies apply for at the desk, for tests: an application, a review that may give it back, and a payment that the
// applicant makes. Published by a test, never by the program.

import { choices, defineService, defineWorkflow, field } from '#catalog/define';
import { systemAccess } from '#platform/access';
import type { Services } from '#wiring/services';

const limit = { value: 5, unit: 'working_day', basis: '地方承诺', basisType: 'local_promise' } as const;

const workflow = defineWorkflow({
  code: 'station-construction',
  zh: '驿站建设评级与商家加盟',
  en: 'Example of a company that applies',
  domain: 'care',
  purpose: '示例',
  entries: { apply: { step: 'apply', zh: '申请', caseMode: 'new', startedBy: 'service' } },
  steps: {
    apply: {
      zh: '单位申请',
      kind: 'human',
      role: 'enterprise',
      actors: ['enterprise', 'grassroots_union'],
      produces: '申请书',
      limit,
      withdrawable: true,
      outcomes: { submit: { zh: '提交申请', next: ['review'] } },
    },
    review: {
      zh: '县总工会审查',
      kind: 'human',
      role: 'county_union',
      produces: '意见',
      limit,
      withdrawable: true,
      form: { review_note: field('longtext', '审查意见', {}, { optional: true, class: 'internal' }) },
      outcomes: {
        approve: { zh: '同意站点申请', next: ['confirm'] },
        return: { zh: '退回单位修改', next: ['apply'], reason: 'required' },
        reject: { zh: '不同意站点申请', reason: 'required', end: 'rejected' },
      },
    },
    confirm: {
      zh: '申请人确认',
      kind: 'human',
      role: 'worker',
      actors: ['worker', 'enterprise'],
      produces: '确认',
      limit,
      auto: [{ action: 'sms', targets: ['申请人'], when: 'enter', template: 'case_returned' }],
      outcomes: { confirm: { zh: '确认站点信息', end: 'completed' } },
    },
  },
  ends: { rejected: '不予办理', completed: '办结', withdrawn: '申请人撤回' },
});

export const deskService = defineService({
  code: 'CA-901',
  zh: '示例：站点申请',
  en: 'Example: a station applies',
  domain: 'care',
  workflow,
  entry: 'apply',
  audience: ['enterprise'],
  lead: 'union',
  cooperating: [],
  channels: ['enterprise_portal'],
  fields: {
    station_size: field('enum', '站点规模', choices('十人以下', '十人以上')),
    manager_id: field('id_number', '负责人身份证号', {}, { optional: true }),
    staff_list: field('roster', '人员名单', { min: 2 }, { optional: true }),
    remark: field('longtext', '说明', {}, { optional: true }),
  },
  materials: {
    station_licence: {
      zh: '营业执照',
      required: true,
      ocr: 'licence',
      exemptIfShared: true,
      accept: ['image'],
      maxCount: 1,
    },
  },
  eligibility: [{ zh: '在本市登记', when: { op: 'present', a: { op: 'field', name: 'station_size' } } }],
  promisedLimit: { value: 10, unit: 'working_day' },
  outcome: { type: 'record', zh: '审查意见' },
  fee: { charged: false, zh: '免费' },
  rules: [],
  legalBasis: ['示例'],
});

export async function publishDeskService({ catalogue, clock, db }: Services): Promise<void> {
  await db.transaction(systemAccess, (tx) => catalogue.publish(tx, [deskService], clock.now()));
  await catalogue.load();
}
