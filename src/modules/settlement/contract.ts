// How the settlement may say no, and what its API gives. Runs in a browser: no I/O.

import { z } from 'zod';
import { declareRefusals } from '#platform/errors';

export const refuse = declareRefusals({
  'settlement.insurer_only': {
    status: 403,
    zh: '补贴结算和网点备案由签约的承保公司办理，您的单位不是。',
    next: '请用保险公司结算专员的账号，从“发起办件”申报。',
  },
  'settlement.month_not_over': {
    status: 422,
    zh: '{month}还没有结束，或刚刚结束不到十分钟，不能申报。',
    next: '请在下月一日零时十分以后申报。',
  },
  'settlement.declared_already': {
    status: 409,
    zh: '{month}已经申报过（办件{caseNo}），一个月只能申报一次。',
    next: '请打开那个办件；其后的变动会在下个月的申报中冲回或补计。',
  },
  'settlement.over_claim': {
    status: 422,
    zh: '审定补贴不能超过系统核算的应付补贴 {amount}。',
    next: '请按核算数或更少审定；核算有误的，退回保险公司补正后重新对账。',
  },
  'settlement.over_approved': {
    status: 422,
    zh: '本次拨付不能超过审定补贴 {amount}。',
    next: '请核对金额后再提交。',
  },
  'settlement.ledger_missing': {
    status: 422,
    zh: '您选择了重新上传承保明细，但没有上传文件。',
    next: '请上传承保明细，或选择按系统核算数结算。',
  },
  'settlement.recover_too_much': {
    status: 422,
    zh: '责令退回的金额超过这家单位已领而未退的补贴 {amount}。',
    next: '请核对金额。',
  },
  'settlement.not_insurer': {
    status: 422,
    zh: '退回单位不是承保公司。',
    next: '请从名单中选择领取这笔补贴的保险公司。',
  },
  'settlement.not_found': {
    status: 404,
    zh: '没有找到这次结算，或您无权查看。',
    next: '请回到“补贴结算”列表重新打开。',
  },
  'settlement.too_many_lines': {
    status: 422,
    zh: '这个月有 {count} 行，超过一次下载的 {max} 行。',
    next: '请用贵公司系统按模板导出，可以分成几个文件上传。',
  },
});

export const settlementState = z.enum(['declared', 'approved', 'paid', 'withdrawn']);
export const settlementStateZh = {
  declared: '已申报，待审定',
  approved: '已审定，待拨付',
  paid: '已拨付',
  withdrawn: '已撤回',
} as const satisfies Record<z.infer<typeof settlementState>, string>;

const fen = (zh: string) => z.number().int().describe(zh);

export const settlementView = z.object({
  settlementId: z.string().describe('结算编号'),
  caseId: z.string().describe('办件'),
  insurer: z.string().describe('保险公司'),
  month: z.string().describe('结算月份的第一天'),
  state: settlementState.describe('状态'),
  stateZh: z.string().describe('状态'),
  cutoffAt: z.string().describe('台账截至时刻，其后的变动进入下次结算'),
  round: z.number().int().describe('对账次数'),
  personDays: z.number().int().describe('台账的承保人次日'),
  grossFen: fen('台账的总保费'),
  subsidyFen: fen('台账的补贴'),
  excludedDays: z.number().int().describe('剔除的人次日'),
  excludedFen: fen('剔除的补贴'),
  offsetFen: fen('以前月份的冲回，负数为补计'),
  carriedFen: fen('以前月份审定未拨'),
  claimFen: fen('应付补贴'),
  differenceCount: z.number().int().describe('差异笔数'),
  approvedFen: fen('审定补贴'),
  allocatedFen: fen('批准拨付'),
  declaredAt: z.string().describe('申报时刻'),
});
export type SettlementView = z.infer<typeof settlementView>;

export const differenceKind = z.enum([
  'total',
  'missing_here',
  'missing_there',
  'amount_differs',
  'double',
  'excluded',
  'flow_differs',
  'unreadable',
]);
export type DifferenceKind = z.infer<typeof differenceKind>;
export const differenceKindZh = {
  total: '合计不一致',
  missing_here: '申报有，台账没有',
  missing_there: '台账有，申报没有',
  amount_differs: '金额不一致',
  double: '申报重复',
  excluded: '年龄不符，不应补贴',
  flow_differs: '缴费流水不一致',
  unreadable: '读不出来',
} as const satisfies Record<DifferenceKind, string>;

export const differenceView = z.object({
  place: z.number().int().describe('序号'),
  kind: differenceKind.describe('种类'),
  kindZh: z.string().describe('种类'),
  policyNo: z.string().nullable().describe('保单号'),
  day: z.string().nullable().describe('保障日期'),
  oursFen: z.number().int().nullable().describe('台账金额'),
  theirsFen: z.number().int().nullable().describe('申报金额'),
  note: z.string().nullable().describe('说明'),
});
export type DifferenceView = z.infer<typeof differenceView>;

export const sampleView = z.object({
  place: z.number().int().describe('序号'),
  policyNo: z.string().describe('保单号'),
  name: z.string().describe('姓名（遮盖）'),
  days: z.number().int().describe('本月保障天数'),
});
export type SampleView = z.infer<typeof sampleView>;

export const previewView = z.object({
  month: z.string().describe('月份的第一天'),
  declared: z.boolean().describe('已经申报'),
  over: z.boolean().describe('月份已经结束，可以申报'),
  policies: z.number().int().describe('保单数'),
  personDays: z.number().int().describe('承保人次日'),
  grossFen: fen('总保费'),
  personalFen: fen('个人或单位承担'),
  subsidyFen: fen('补贴'),
  excludedDays: z.number().int().describe('剔除的人次日'),
});
export type PreviewView = z.infer<typeof previewView>;

export const clueView = z.object({
  policyNo: z.string().describe('保单号'),
  kindZh: z.string().describe('线索'),
  firstDay: z.string().describe('第一天'),
  lastDay: z.string().describe('最后一天'),
  days: z.number().int().describe('天数'),
  subsidyFen: fen('涉及补贴'),
});
export type ClueView = z.infer<typeof clueView>;
export const clueKindZh = { age: '年龄不在补贴范围', after_death: '身故赔付之后仍有补贴' } as const;
