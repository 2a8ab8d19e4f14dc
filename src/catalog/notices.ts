// Templates of what people are told in the app and by SMS. An SMS holds no sensitive value and fits into two messages at most;
// `verify` checks that every `{variable}` exists and may be seen by those who are told.

import { personSms } from './person-notices.ts';
import type { Role } from './roles.ts';

export type Recipient = 'subject' | 'applicant_org' | 'step_org' | { readonly role: Role };

export type NoticeTemplate = {
  readonly code: string;
  readonly title: string;
  readonly text: string;
  /** Sent by SMS too, to persons; organisations read their notices at the desk. */
  readonly sms: boolean;
  readonly to: readonly Recipient[];
  /** An answer of the case without which no SMS is sent; the message in the app is there all the same. */
  readonly smsWhen?: string;
};

const told = (code: string, title: string, text: string, to: readonly Recipient[] = ['subject']): NoticeTemplate => ({
  code,
  title,
  text,
  sms: to.includes('subject'),
  to,
});
/** In the app only: nothing that must reach a person today. */
const inApp = (code: string, title: string, text: string, to: readonly Recipient[] = ['subject']): NoticeTemplate => ({
  code,
  title,
  text,
  sms: false,
  to,
});

const list: readonly NoticeTemplate[] = [
  // Every workflow
  inApp('yellow_light', '办理时限将到', '办件{case_no}“{step}”已过八成时限，请于{due_day}前办理。', ['step_org']),
  inApp('red_light', '办理已超时限', '办件{case_no}“{step}”已到时限，已转督办，请立即办理并说明原因。', [
    'step_org',
    { role: 'supervisor' },
  ]),
  told(
    'supplement_requested',
    '需要补充材料',
    '您的{service}（{case_no}）需要补充材料，请于{due_day}前打开办件补齐，办理时限暂停计算。',
  ),
  inApp('supplement_arrived', '补正材料已收到', '办件{case_no}的补正材料已提交，“{step}”时限恢复计算。', ['step_org']),
  told(
    'supplement_expired',
    '补正期限已满',
    '您的{service}（{case_no}）补正期限已满，将由经办人按现有材料决定，您仍可联系窗口说明。',
  ),
  told('case_returned', '办件被退回', '您的{service}（{case_no}）已被退回，请打开办件查看理由，修改后再提交。'),
  told(
    'file_rejected',
    '请重新上传文件',
    '您的{service}（{case_no}）里有一个文件没有通过安全检查，已经删除，请打开办件联系经办人补交。',
  ),
  told('case_suspended', '办件中止', '您的{service}（{case_no}）已依法中止，恢复后会通知您，中止期间不计入时限。'),
  told('case_resumed', '办件恢复', '您的{service}（{case_no}）已恢复办理，时限继续计算。'),
  told('case_extended', '办理延期', '您的{service}（{case_no}）经批准延期，新的办理期限为{due_day}。'),
  inApp('case_urged', '申请人催办', '办件{case_no}的申请人催办“{step}”，请尽快办理，期限{due_day}。', ['step_org']),
  inApp('case_supervised', '督办通知', '办件{case_no}“{step}”被督办，请按要求答复。', ['step_org']),
  inApp('case_transferred', '办件转来', '办件{case_no}“{step}”已转由您单位办理，期限{due_day}。', ['step_org']),
  inApp('opinion_asked', '请您会签', '办件{case_no}“{step}”请您单位会签，期限{due_day}。', ['step_org']),
  told('your_turn', '轮到您办理', '您的{service}（{case_no}）轮到您：{step}，请于{due_day}前打开办件办理。'),
  told('case_ended', '办件已办结', '您的{service}（{case_no}）已办结，结果：{end}。请打开办件评价我们的服务。'),
  told('case_withdrawn', '办件已撤回', '您的{service}（{case_no}）已按您的要求撤回。'),

  // Membership
  told(
    'membership_confirm',
    '请确认入会意愿',
    '有单位为您申报加入工会（{case_no}），请于{due_day}前确认，不确认则不入会。',
  ),
  told(
    'membership_returned',
    '入会申请需要修改',
    '您的入会申请（{case_no}）已退回，请打开办件按经办人的意见修改后再提交。',
  ),
  told(
    'membership_rejected',
    '入会申请办理结果',
    '您的入会申请（{case_no}）未获通过，理由和救济途径见办件，您可以提出异议。',
  ),
  told('membership_approved', '您已加入工会', '欢迎加入工会！会员编号{member_no}，自批准之日起享受会员待遇。'),
  told('card_issued', '电子会员证已生成', '您的电子会员证已生成，可在“我的证件”中出示。办件编号{case_no}。'),

  // Daily cover
  told('underwriting_manual', '投保正在核对', '您的投保（{case_no}）需要人工核对，请留意结果，核对不收费。'),
  told(
    'underwriting_passed',
    '可以投保，请付款',
    '您的投保（{case_no}）核对通过，请在30分钟内打开办件付款，逾期自动取消，可以重新投保。',
  ),
  // Whoever buys has the page open; an SMS would cost a good part of the premium.
  inApp('premium_due', '请付款', '您的投保（{case_no}）应付{payable_fen}，请在30分钟内付款，逾期自动取消。'),
  told(
    'policy_issued',
    '保障已生效',
    '您的保障已出单，保单号{policy_no}，自{cover_starts_at}起生效。出了事先救人，再报案。',
  ),
  inApp(
    'group_policy_issued',
    '团体保单已出具',
    '团体投保{case_no}已出单，保单号{policy_no}，{cover_date}共{bound_count}人有保障；没有承保{not_bound_count}人，退回{not_bound_fen}。',
    ['applicant_org'],
  ),
  told('auto_renewal_sign', '请重新签约', '您的自动续保（{case_no}）还没有签成，请于{due_day}前打开办件重新签约。'),
  told(
    'auto_renewal_started',
    '自动续保已开始',
    '您的自动续保（{case_no}）已签好，从{renewal_first_day}起按您选的日子续保，每天{renewal_daily_fen}，随时可以停。',
  ),
  told(
    'auto_renewal_capped',
    '本月扣款上限已到',
    '您的自动续保（{case_no}）本月已到您设的上限，不再扣款，也没有保障，下月恢复；要继续，请打开办件提高上限。',
  ),
  {
    ...told(
      'auto_renewal_paused',
      '自动续保已暂停',
      '您的自动续保（{case_no}）扣款没有成功，已暂停，暂停期间没有保障。请于{due_day}前补足并点继续，逾期停止。',
    ),
    smsWhen: 'low_balance_alert',
  },
  told('auto_renewal_stopped', '自动续保已停止', '您的自动续保已停止（{case_no}），已生效的保障不受影响。'),
  told('endorsement_received', '批改申请已收到', '您的保单批改申请（{case_no}）已收到，期限{due_day}。'),
  told('refund_manual', '退保正在核对', '您的退保申请（{case_no}）需要人工核对，期限{due_day}。'),
  told('refund_done', '退款已退回', '您的退款{refund_fen}已原路退回（{case_no}），到账时间以支付机构为准。'),
  told(
    'accident_received',
    '已收到您的报案',
    '已收到您的报案，编号{case_no}。请先救治，保留单据，保险公司将尽快联系您。',
  ),
  told(
    'claim_contact',
    '查勘员已联系您',
    '查勘员已与您联系（{case_no}）。急救可就近就医；其他就医请先问查勘员哪些医院可报。保留发票、病历和费用清单。',
  ),
  told(
    'claim_papers',
    '请提交索赔资料',
    '您的理赔（{case_no}）轮到您交资料：请于{due_day}前打开办件，拍照上传票据、费用清单和病历。有困难请联系查勘员。',
  ),
  told('docs_reminder', '请补交理赔材料', '您的理赔（{case_no}）还缺材料，请打开办件查看清单，并于{due_day}前上传。'),
  told(
    'claim_offer',
    '请确认赔付金额',
    '您的理赔（{case_no}）核定赔{approved_fen}，付到尾号{card_tail}的卡。请于{due_day}前看算法并表态；到期不表态就按此付款，仍可提出异议。',
  ),
  told(
    'prepayment_paid',
    '预付款已到账',
    '您的预付赔款{prepay_fen}（{case_no}）已付到尾号{card_tail}的卡，请先用于治疗，最后理赔时抵扣。',
  ),
  told(
    'claim_paid',
    '赔款已到账',
    '您的赔款{approved_fen}（{case_no}）已付到尾号{card_tail}的卡，请查收。算法见办件中的赔付通知书，有异议可以提出。',
  ),
  told('claim_denied', '理赔办理结果', '您的理赔（{case_no}）未能赔付，理由和申诉途径见拒赔通知书，您可以提出异议。'),
  told(
    'disability_received',
    '伤残评定申请已收到',
    '您的伤残理赔（{case_no}）已收到，评定专家将在{due_day}前给出等级，可能请您补充影像资料。',
  ),
  told(
    'disability_unstable',
    '伤情还不稳定',
    '您的伤残理赔（{case_no}）经专家查看，伤情还不稳定，暂不评定等级；请继续治疗，稳定后再评，不影响您的权利。',
  ),
  told('payout_failed', '赔款没有付成', '您的赔款（{case_no}）付款被银行退回，请打开办件核对收款卡。'),

  // Subsidy settlement and service points
  inApp(
    'settlement_differs',
    '补贴申报与台账不一致',
    '补贴申报{case_no}与系统台账有{difference_count}处差异，请于五个工作日内说明。',
    [{ role: 'insurer_finance' }],
  ),
  inApp('settlement_returned', '补贴申报被退回', '补贴申报{case_no}被人社部门退回，请打开办件看理由，改后再报。', [
    { role: 'insurer_finance' },
  ]),
  told(
    'subsidy_sampled',
    '补贴核实电话',
    '您参加的按日意外伤害保险有财政补贴，近日人社部门会打电话核实您是否投保（{case_no}），不会要密码、验证码或转账。',
  ),
  inApp(
    'sample_opened',
    '抽样名单已生成',
    '补贴申报{case_no}抽取{sample_size}人，请在办件的“补贴结算”页查看名单并电话核实。',
    [{ role: 'hrss_investigator' }],
  ),
  inApp('claim_found_wrong', '理赔抽查认为有误', '办件{case_no}：{reason}请打开办件查看，书面说明怎么改正。', [
    { role: 'insurer_adjuster' },
  ]),
  inApp('settlement_paid', '补贴已拨付', '补贴申报{case_no}的补贴{allocated_fen}已经拨付到账，请核对。', [
    { role: 'insurer_finance' },
  ]),
  inApp(
    'settlement_pay_failed',
    '补贴没有拨付成功',
    '补贴申报{case_no}的拨付被银行退回，已重新生成付款单，请核对收款账户。',
    [{ role: 'finance_bureau' }, { role: 'insurer_finance' }],
  ),
  inApp(
    'recovery_ordered',
    '请退回补贴',
    '{recover_org_name}须退回补贴{recover_fen}，附言写{recover_reference}，十五个工作日内办理（{case_no}）。',
    [{ role: 'insurer_finance' }, { role: 'finance_bureau' }],
  ),
  inApp('outlet_returned', '网点备案被退回', '网点备案{case_no}被退回，请打开办件看理由，改后再报。', [
    { role: 'insurer_finance' },
  ]),
  inApp('outlet_published', '网点已公布', '网点“{outlet_name}”（{case_no}）已经公布，劳动者在手机上可以查到。', [
    { role: 'insurer_finance' },
  ]),
  inApp(
    'outlet_poor',
    '网点限期整改',
    '网点“{outlet_name}”考核{quarter_score}分，请于十五个工作日内整改并报告（{case_no}）。',
    [{ role: 'insurer_finance' }],
  ),
  inApp('outlet_removed', '网点退出', '网点“{outlet_name}”（{case_no}）已经退出，停止公布。', [
    { role: 'insurer_finance' },
  ]),

  // Occupational injury
  told(
    'injury_supplement',
    '请补正材料',
    '您的职业伤害申请（{case_no}）材料不全，请于{due_day}前一次补齐，逾期由窗口依法处理。',
  ),
  inApp(
    'injury_evidence_asked',
    '请提交举证材料',
    '办件{case_no}请您单位自送达之日起十个工作日内举证，逾期依现有证据认定。',
    [{ role: 'platform_company' }],
  ),
  told('injury_suspended', '申请已中止', '您的职业伤害申请（{case_no}）因等待其他机关的结论中止，恢复后通知您。'),
  told('injury_resumed', '申请已恢复', '您的职业伤害申请（{case_no}）已恢复办理。'),
  told(
    'injury_concluded',
    '职业伤害确认结论',
    '您的职业伤害申请（{case_no}）已作出结论，请打开办件查看结论书及救济途径。',
    ['subject', { role: 'platform_company' }],
  ),

  // Appeals
  told(
    'appeal_received',
    '已收到您的诉求',
    '已收到您的诉求，编号{case_no}，正在分派。有人身危险请先拨110、120，急事可再拨12345。',
  ),
  inApp('appeal_urgent', '紧急诉求', '办件{case_no}判为{urgency}，请立即分派，并电话联系诉求人。', [
    { role: 'case_dispatcher' },
    { role: 'supervisor' },
  ]),
  told(
    'appeal_merged',
    '您的诉求已并案',
    '您的诉求（{case_no}）与一件正在办的相同，已并案办理。进展请看本办件；不同意并案的，可在本办件提出异议。',
  ),
  told('appeal_main_moved', '并案的诉求有进展', '您的诉求（{case_no}）所并入的主件有了进展，请打开办件查看。'),
  told(
    'appeal_assigned',
    '您的诉求已派单',
    '您的诉求（{case_no}）已派给{lead_org}，{due_day}前签收。谁在办、到什么时候，打开办件就能看到。',
  ),
  inApp(
    'appeal_dispatched',
    '新派件待签收',
    '办件{case_no}派给您单位主办，请于{due_day}前签收；不属于您单位的，请当天退单。',
    ['step_org'],
  ),
  told(
    'appeal_referred',
    '您的诉求已转办',
    '您的诉求（{case_no}）{end}，打开办件看怎么办、找谁。不同意的可以提出异议。',
  ),
  told('appeal_found', '您的诉求已查办', '您的诉求（{case_no}）已查办完毕，{due_day}前书面答复您。'),
  told(
    'appeal_replied',
    '您的诉求有答复了',
    '您的诉求（{case_no}）已答复，请打开办件看答复书，{due_day}前评议；不满意会督办重办，不评议则按期办结。',
  ),
  told('appeal_final', '终次答复', '您的诉求（{case_no}）已作出终次答复，还可以怎么办，写在终次答复书里。'),
  told(
    'consult_answered',
    '律师答复您了',
    '您的咨询（{case_no}）已有答复，请打开办件看，{due_day}前说是否满意；不满意会转部门办理。',
  ),
  told(
    'group_appeal_received',
    '已收到群体诉求',
    '已收到你们的群体诉求，编号{case_no}，联合接访组{due_day}前处置。请代表保持电话畅通，请大家注意安全。',
  ),
  inApp('group_appeal_arrived', '群体诉求', '办件{case_no}为群体诉求，请二十四小时内组织联合接访。', [
    { role: 'case_dispatcher' },
    { role: 'supervisor' },
  ]),
  inApp('joint_team_decided', '联合接访组已处置', '办件{case_no}联合接访组已处置，请按分工落实。', [
    { role: 'hrss_reviewer' },
    { role: 'county_union' },
    { role: 'supervisor' },
  ]),
  told(
    'poor_rating_received',
    '已收到您的差评',
    '您的差评已收到（{case_no}），{due_day}前有人核实，属实的限期整改，再来问您。',
  ),
  told('rating_rectified', '整改完了，请您看看', '您的差评（{case_no}）已整改，请打开办件说是否满意；我们也会回访。'),

  // Collective bargaining
  inApp(
    'bargaining_invited',
    '收到协商要约',
    '您单位收到工资集体协商要约（{case_no}），请在二十日内书面答复，逾期视为拒绝。',
    [{ role: 'enterprise' }],
  ),
  told('wage_agreement_effective', '工资协议已公布', '{contract_title}已生效并公布，可在办件{case_no}查看全文。', [
    'subject',
    { role: 'enterprise' },
  ]),
  inApp(
    'wage_agreement_checked',
    '履约检查合格',
    '{contract_title}履约检查合格。想续订的，期满前可在办件{case_no}发起；期满前六十日还会提醒。',
    ['subject', { role: 'enterprise' }],
  ),
  told(
    'wage_agreement_expiring',
    '工资协议即将期满',
    '{contract_title}将于{valid_to}期满，双方可在期满前六十日内发出续订要约。',
    ['subject', { role: 'enterprise' }],
  ),
];

/** Every text that is sent by SMS, by its code, with `${name}` where a value goes: as providers take them for approval. */
export const smsTemplates: Readonly<Record<string, string>> = Object.fromEntries(
  [...list.filter((one) => one.sms), ...personSms].map(({ code, text }) => [code, text.replaceAll('{', '${')]),
);

export const notices: Readonly<Record<string, NoticeTemplate>> = Object.fromEntries(list.map((one) => [one.code, one]));
