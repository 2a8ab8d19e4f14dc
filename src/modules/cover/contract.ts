// How cover may say no, and what its API gives. Runs in a browser: no I/O.

import { z } from 'zod';
import { declareRefusals } from '#platform/errors';

export const refuse = declareRefusals({
  'cover.claim_exists': {
    status: 409,
    zh: '这次事故的{benefit}已经有一件在办理，不能重复申请。',
    next: '请到“我的办件”查看原来的那一件；如需补充材料，请在原办件里提交。',
  },
  'cover.no_report': {
    status: 422,
    zh: '您引用的办件不是本人有效的事故报案。',
    next: '请先办理“日保出险报案”，再引用它的办件编号申请理赔。',
  },
  'cover.not_covered': {
    status: 409,
    zh: '出事时没有有效的保障，不能申请这项赔付。',
    next: '可以转办互助保障或职业伤害待遇，详情见报案办件的处理结果。',
  },
  'cover.duty_open': {
    status: 409,
    zh: '保险公司还在核定这次事故是否属于保险责任，现在还不能申请赔付。',
    next: '核定结果会发消息通知您；结果出来后再申请，票据请先保存好。',
  },
  'cover.not_liable': {
    status: 409,
    zh: '保险公司核定这次事故不属于保险责任，不能申请赔付。',
    next: '不同意核定结果的，可以在报案办件里提出异议，或拨打12378投诉。',
  },
  'cover.no_benefit': {
    status: 422,
    zh: '没有写明申请哪一项赔付。',
    next: '请从“医疗费用理赔”“住院津贴理赔”“伤残理赔”或“身故理赔”进入办理。',
  },
  'cover.refund_days': {
    status: 422,
    zh: '从{from}起还能退的保障日有 {left} 天，填写的天数超过了。',
    next: '请按还能退的天数填写；已经开始、已经退过的日期不能再退，可以到“我的保障”查看。',
  },
  'cover.no_policy': {
    status: 422,
    zh: '您引用的办件没有本人的保单。',
    next: '请填写“个人按日投保”或“自动续投”的办件编号，在“我的保障”里可以看到。',
  },
  'cover.policy_over': {
    status: 409,
    zh: '这张保单的保障已经结束，不能再批改。',
    next: '请批改还在保障期内的保单；以后投保时填写新的内容即可。',
  },
  'cover.no_group': {
    status: 404,
    zh: '没有找到这个团体投保，或您无权查看。',
    next: '请从“发起的办件”里重新打开。',
  },
  'cover.not_replaceable': {
    status: 409,
    zh: '这个人没有可以换的保障。',
    next: '请刷新清单：没有承保、已换下或已退出的人不能换。',
  },
  'cover.day_begun': {
    status: 409,
    zh: '保障已经开始，不能再换人。',
    next: '要给新来的人买当天的保障，请本人在手机上按天投保。',
  },
  'cover.orders_unknown': {
    status: 409,
    zh: '本单位没有接入接单信号，核对不了这个人今天有没有接单，当日不能换人。',
    next: '请在保障开始前换人；要开通当日换人，请先用接口报送接单信号。',
  },
  'cover.has_begun_work': {
    status: 409,
    zh: '这个人今天已经接单，或者已经报案，不能换下。',
    next: '要给新来的人买当天的保障，请本人在手机上按天投保。',
  },
  'cover.newcomer_invalid': { status: 422, zh: '换上的人有{count}处填写不对。', next: '请按提示改正后再提交。' },
  'cover.same_person': { status: 422, zh: '换上和换下的是同一个人。', next: '请核对证件号码。' },
  'cover.newcomer_age': { status: 422, zh: '换上的人年龄不在可以投保的范围内。', next: '请换成16至65周岁的人。' },
  'cover.newcomer_covered': { status: 409, zh: '换上的人那一天已有保障。', next: '不用再买；请换成别的人。' },
  'cover.newcomer_barred': {
    status: 409,
    zh: '换上的人登记信息需要核对，不能投保。',
    next: '请本人或家人到窗口办理。',
  },
  'cover.other_price': {
    status: 422,
    zh: '换上的人从业类别不同，保费不一样，不能直接换。',
    next: '请本人在手机上按天投保，或者另交一份名单。',
  },
  'cover.leave_too_late': {
    status: 409,
    zh: '保障已经开始，不能再退出。',
    next: '这份保障不用您付款；以后不想由单位投保的，请告诉单位，或在开始前退出。',
  },
  'cover.occupation_unknown': { status: 422, zh: '目录里没有这个从业类别。', next: '请按提示的名称填写。' },
  'cover.mandate_exists': {
    status: 409,
    zh: '您已经有一份自动续保，不能再签一份。',
    next: '请到“我的保障”打开自动续保，可以修改触发方式和上限，也可以停止。',
  },
  'cover.renewal_unavailable': {
    status: 409,
    zh: '这个地区还没有开通自动续保。',
    next: '请先按天投保；开通后会在“办事”里公布。',
  },
  'cover.trigger_unavailable': {
    status: 422,
    zh: '这个地区还不能按接单自动续保：平台接单信号没有接入，或保障从次日零时才开始。',
    next: '请改选“每日固定”或“周一至周五”。',
  },
  'cover.renewal_age': {
    status: 422,
    zh: '您的年龄不在可以投保的范围内。',
    next: '请核对登记的证件；有疑问可以按天投保，由人工核对。',
  },
  'cover.renewal_manual': {
    status: 422,
    zh: '您的从业类别需要保险公司逐次核保，不能自动续保。',
    next: '请按天投保，由保险公司核保后生效。',
  },
  'cover.cap_too_small': { status: 422, zh: '月扣款上限不够付一天的保费。', next: '请把上限填大一些再提交。' },
  'cover.not_rated': {
    status: 409,
    zh: '还没有评定伤残等级，不能计算赔付金额。',
    next: '请先由评定专家给出等级；够不上等级的，请作出不予赔付的决定并说明理由。',
  },
  'cover.not_family': {
    status: 403,
    zh: '身故理赔由家人申请：要先由窗口核对被保险人已经去世和亲属关系。',
    next: '请在“我的 → 替家人办”里提交死亡证明和关系证明，审核同意后，进入代办再申请。',
  },
  'cover.other_insured': {
    status: 422,
    zh: '填写的被保险人不是您代办的人。',
    next: '请核对证件号码；要替另一位家人申请的，请先取得那一位的代办审核。',
  },
  'cover.shares_wrong': { status: 422, zh: '受益人的份额不能这样填。', next: '请按提示改正后再提交。' },
  'cover.shares_settled': {
    status: 409,
    zh: '已经付给部分受益人，受益人、份额和金额不能再改。',
    next: '只能为还没有收到的受益人换收款卡；对份额有争议的，请先协商、调解或者起诉。',
  },
  'cover.claimants_conflict': {
    status: 409,
    zh: '另有家人提出了同一次事故的身故理赔（{other}），两件不能都赔。',
    next: '请与两边家属核实，对其中一件作出不予赔付的决定或者由申请人撤回，再核定这一件。',
  },
  'cover.death_dual': {
    status: 409,
    zh: '身故理赔要两个人核定。',
    next: '请选择“拟大额赔付，送复核”。',
  },
  'cover.over_limit': {
    status: 422,
    zh: '核定金额{entered}超过规则计算的{allowed}。',
    next: '请核对理算说明；金额可以低于、不能高于规则计算的结果。',
  },
  'cover.nothing_due': {
    status: 422,
    zh: '按规则计算没有可赔金额。',
    next: '请核对票据与已报销金额；确无可赔的，请作出不予赔付的决定并说明理由。',
  },
});

export const benefitZh = {
  medical: '医疗费',
  allowance: '住院津贴',
  disability: '伤残赔付',
  death: '身故赔付',
  prepay: '预付赔款',
} as const;

const instant = z.string();
const day = z.string();

export const coveredAnswer = z.object({
  covered: z.boolean(),
  at: instant.describe('所问的时点'),
  policyNo: z.string().nullable(),
  startsAt: instant.nullable(),
  endsAt: instant.nullable(),
  evidence: z
    .object({
      day,
      generation: z.number().describe('单数为承保，双数为退保'),
      leafId: z.string().describe('留痕编号'),
      recordedAt: instant,
    })
    .nullable()
    .describe('据以回答的台账记录；没有记录时为 null'),
  imported: z
    .object({ source: z.string().describe('旧系统的名称'), on: day.describe('导入的日期') })
    .nullable()
    .describe('保单由旧系统导入、资料待核；在本系统办理的为 null'),
});
export type CoveredAnswer = z.infer<typeof coveredAnswer>;

export const refusalRate = z.object({
  insurer: z.string().describe('保险公司'),
  month: z.string().describe('出险月份'),
  open: z.number().describe('还没有结果的项数'),
  decided: z.number().describe('已赔付和不予赔付的项数，拒赔率的分母'),
  denied: z.number().describe('不予赔付的项数'),
  refusalBasisPoints: z.number().nullable().describe('拒赔率（万分之一）；项数太少时为 null'),
  paidFen: z.number().describe('已赔付金额，分'),
});
export type RefusalRate = z.infer<typeof refusalRate>;

export const groupView = z.object({
  day,
  state: z.enum(['checking', 'checked', 'insuring', 'done']),
  stateZh: z.string(),
  total: z.number().describe('名单上没有问题的人数'),
  listed: z.number().describe('已核对的人数'),
  insurable: z.number().describe('可以投保的人数'),
  refused: z.number().describe('付款前就不能投保的人数，不收费'),
  declared: z.number().describe('保险公司已答复的人数'),
  declined: z.number().describe('保险公司没有承保的人数'),
  bound: z.number().describe('已承保的人数'),
  outBy: z.array(z.object({ zh: z.string(), count: z.number() })).describe('没有承保的各有几人，什么原因'),
  replaceZh: z.string(),
});
export type GroupView = z.infer<typeof groupView>;

export const insuredLine = z.object({
  line: z.number().describe('名单行号；换上的人接着往下编'),
  name: z.string().describe('姓名（已遮盖）'),
  workType: z.string(),
  standing: z.enum(['refused', 'waiting', 'bound', 'released', 'not_bound']),
  zh: z.string().describe('有没有保障，没有的是什么原因'),
  policyNo: z.string().nullable(),
  replaces: z.number().nullable().describe('换下的人在名单的第几行'),
  replaceable: z.boolean(),
});
export const replaceInput = z.object({
  requestId: z.uuid().describe('客户端生成的请求编号，重试时不变'),
  name: z.string().trim().min(1).max(60).describe('换上的人的姓名'),
  idNumber: z.string().trim().max(30).describe('身份证号'),
  phone: z.string().trim().max(30).describe('手机号'),
  post: z.string().trim().max(60).default('').describe('岗位；不写的，与换下的人相同'),
});
export type ReplaceInput = z.infer<typeof replaceInput>;

export const insuredPage = z.object({ items: z.array(insuredLine), nextCursor: z.string().nullable() });
export type InsuredPage = z.infer<typeof insuredPage>;

export const policyView = z.object({
  policyNo: z.string(),
  caseId: z.string().nullable().describe('由旧系统导入的没有办件'),
  caseNo: z.string().nullable(),
  importedFrom: z.string().nullable().describe('由哪个旧系统导入，资料待核'),
  holder: z.string().nullable().describe('由哪个单位投保；本人投保的为 null'),
  insurerPolicyNo: z.string().nullable(),
  workType: z.string(),
  firstDay: day,
  days: z.number(),
  startsAt: instant,
  endsAt: instant,
  premiumFen: z.number(),
  subsidyFen: z.number(),
  boundDays: z.array(day).describe('仍然有效的保障日'),
  refundableDays: z.array(day).describe('还没有开始、可以退的保障日'),
});

export const myCoverView = z.object({
  at: instant,
  coveredNow: z.boolean(),
  policyNo: z.string().nullable(),
  until: instant.nullable().describe('连续保障到什么时候'),
  nextStart: instant.nullable().describe('还没有保障时，下一次从什么时候开始'),
  daysAhead: z.array(day).describe('今天以后已买的保障日'),
  policies: z.array(policyView),
});
export type MyCoverView = z.infer<typeof myCoverView>;
