// The authored catalogue against the index of the field's catalogue: every name, step, outcome and form field is there, and each
// difference is listed with its reason (docs/decisions/0004-catalogue-mendings.md). And it passes its own proofs.

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createHash } from 'node:crypto';
import { compile } from '#catalog/compile';
import { caseFields } from '#catalog/data';
import { allFields } from '#catalog/form';
import { decideWhen } from '#catalog/decide-when';
import { catalogRegistry } from '#catalog/registry';
import { plannedWorkflows, ruleTables } from '#catalog/planned';
import { drafts, services as offered } from '#catalog/services/index';
import { verify } from '#catalog/verify';
import type { Workflow } from '#catalog';
import { collectiveWageNegotiation } from '#catalog/workflows/collective-wage-negotiation';
import { dailyInsuranceClaim } from '#catalog/workflows/daily-insurance-claim';
import { dailyInsuranceEnrol } from '#catalog/workflows/daily-insurance-enrol';
import { dailyInsuranceSettlement } from '#catalog/workflows/daily-insurance-settlement';
import { injuryConfirmation } from '#catalog/workflows/injury-confirmation';
import { rightsAppealDispatch } from '#catalog/workflows/rights-appeal-dispatch';
import { unionMembershipJoin } from '#catalog/workflows/union-membership-join';
import { differences, type CatalogueIndex } from './catalogue-index.ts';

const index = JSON.parse(
  readFileSync(new URL('./fixtures/catalogue-index.json', import.meta.url), 'utf8'),
) as CatalogueIndex;

/** What is only a draft is held to the same. */
const services = [...offered, ...drafts.map((draft) => draft.service)];

const workflows: readonly Workflow[] = [
  unionMembershipJoin,
  dailyInsuranceEnrol,
  dailyInsuranceClaim,
  dailyInsuranceSettlement,
  injuryConfirmation,
  collectiveWageNegotiation,
  rightsAppealDispatch,
];

/** Every difference, with its reason. The reason stands in docs/decisions/0004-catalogue-mendings.md too. */
const ownWords = '标签用申请人自己的话，字段和类型不变';
const daysAreRows = '每天的续保不是办件的环节：全省几十万份授权每晚成批续保，逐日记在续保记录里';
const cardAtParty = '代扣协议在支付平台签，卡由本人在那里选，我们不必知道（个人信息保护法第六条）';
const toInsure = '每天的保障按这些内容承保，签约时要问清、要告知条款（保险法第十七条）';
const plain = '申请人看得到的环节，用平常话';
const twoPeople = '答复由律师作出，满意与否由咨询人表态：两个人的两件事，各有时限';
const oneStep = '自动分类不对时，分派员一步更正';
const oneDayMany = '名单由文件来，按人承保、按人退款；名单没有写岗位的人也要有从业类别';
const consented = '含身故责任的保险要被保险人同意（保险法第三十一条、第三十四条），投保人要知道不赔的情形（第十七条）';
const allowed: Readonly<Record<string, string>> = {
  'daily-insurance-enrol.issue.group_done: added (→ in-force)':
    '名单上的人由程序成批承保，出的是团体保单和清单，与个人保单不同',
  'DI-002.fields.daily_roster: 当日人员名单, person_list → 当日人员名单, roster': oneDayMany,
  'DI-002.fields.work_type: added (从业类别, enum [快递员、网约配送员、网约车司机、货车司机、家政服务员、护工护理员、网络主播、互联网营销师、代驾员、房产中介员、保安员、商场信息员、其他])':
    oneDayMany,
  'DI-002.fields.people_agree: added (名单上的每个人都知道并同意由本单位投保, boolean)': consented,
  'DI-002.fields.read_clause: added (我已阅读保险条款，特别是不赔的情形, boolean)': consented,
  'DI-002.materials.roster_excel: missing': '名单就是那份文件，不用再交一份',
  'union-membership-join.assign-union: 会籍归口分派, county_union, human → 确定由哪个工会接收, county_union, human':
    plain,
  'union-membership-join.insurance-handoff: 推送社保参保缴费预填, system, auto → 转交社保参保信息, system, auto': plain,
  'daily-insurance-enrol.quote: 保费与补贴分账, system, auto → 计算保费和补贴, system, auto': plain,
  'daily-insurance-enrol.pay: 支付个人或企业承担部分, worker, human → 付款（个人或单位承担的部分）, worker, human':
    plain,
  'daily-insurance-enrol.refund-check: 退保核算与补贴冲回, system, auto → 核对能不能退、退多少, system, auto': plain,
  'daily-insurance-claim.policy-check: 出险时点保单核对, system, auto → 核对出事时有没有保障, system, auto': plain,
  'daily-insurance-claim.doc-check: 资料完整性一次性告知, insurer_adjuster, human → 检查索赔资料是否齐全, insurer_adjuster, human':
    plain,
  'daily-insurance-claim.deny.expire: added (→ rejected)':
    '拒赔通知后申请人不表态时，办件要有期满的去处；决定已由人作出，复核权利不受影响',
  'daily-insurance-enrol.issue.conflict: added (→ refund-pay)': '同一天被两次同时购买时，后到的一张退款，不能重复收费',
  'daily-insurance-settlement.allocate.pay_failed: added (→ allocate)':
    '银行没有付成的补贴要有去处：重新生成付款单，核对账户后再付',
  'UN-001.fields.start_month: 从业起始月份, date → 从业起始时间, date': ownWords,
  'UN-001.fields.accept_charter: 承认工会章程, boolean → 我自愿加入工会，承认《中国工会章程》, boolean': ownWords,
  'DI-001.fields.cover_from: 起保日期, date → 从哪天开始保障, date': ownWords,
  'DI-001.fields.days: 投保天数, integer → 保障几天, integer': ownWords,
  'DI-001.fields.read_clause: 已阅条款与免责, boolean → 我已阅读保险条款，特别是不赔的情形, boolean':
    '声明要写全所声明的内容（保险法第十七条）',
  'UN-002.fields.worker_list: 拟入会名单, person_list → 拟入会名单, roster':
    '几百上千人的名单由文件来，逐行核对后再用；表单里只放这份名单的编号',
  'daily-insurance-enrol.in-force.renew: missing': daysAreRows,
  'daily-insurance-enrol.auto-run.order: missing': daysAreRows,
  'daily-insurance-enrol.auto-run.no_order: missing': daysAreRows,
  'daily-insurance-enrol.auto-run.overlap: missing': daysAreRows,
  'daily-insurance-enrol.auto-run: 按接单信号或日历自动投保, system, auto → 自动续保中, system, auto': plain,
  'daily-insurance-enrol.auto-bank: 银行代扣签约, bank, human → 到支付平台签代扣协议, bank, human': plain,
  'daily-insurance-enrol.auto-pause: 余额不足暂停并提醒, system, auto → 扣款没有成功，暂停并提醒, system, auto': plain,
  'daily-insurance-enrol.auto-run.capped: added (→ auto-run)': '到了本人设的月上限要告诉本人，并留下记录',
  'daily-insurance-enrol.auto-run.change: added (→ auto-run)': '修改在原授权上做，不另填一张表',
  'daily-insurance-enrol.auto-run.stop: added (→ auto-stop)': '随时可以停，一键，不另填一张解约表',
  'daily-insurance-enrol.auto-pause.stop: added (→ auto-stop)': '随时可以停，一键，不另填一张解约表',
  'daily-insurance-enrol.auto-stop.done: → cancelled → → stopped': '停止不退已扣的款，“原路退回”的说法不合适',
  'daily-insurance-enrol.ends.stopped: added (end)': '停止不退已扣的款，“原路退回”的说法不合适',
  'DI-003.fields.mandate_action: missing': '签约就是这张表；修改和停止在授权自己的页面上，不用再选一次',
  'DI-003.fields.trigger_mode: 触发方式, enum [每日固定、接单日自动、周一至周五] → 什么时候自动买, enum [每日固定、接单日自动、周一至周五]':
    ownWords,
  'DI-003.fields.linked_platforms: 接单信号平台, multi_enum [美团、饿了么、滴滴、货拉拉、顺丰同城、其他] → 哪些平台的接单算数, multi_enum [美团、饿了么、滴滴、货拉拉、顺丰同城、其他]':
    ownWords,
  'DI-003.fields.monthly_cap: 月扣款上限, money → 每月最多扣多少, money': ownWords,
  'DI-003.fields.debit_card: missing': cardAtParty,
  'DI-003.materials.debit_card_image: missing': cardAtParty,
  'DI-003.fields.low_balance_alert: 余额不足提醒, boolean → 扣款没有成功时发短信提醒我, boolean': ownWords,
  'DI-003.fields.work_type: added (从业类别, enum [快递员、网约配送员、网约车司机、货车司机、家政服务员、护工护理员、网络主播、互联网营销师、代驾员、房产中介员、保安员、商场信息员、其他])':
    toInsure,
  'DI-003.fields.work_region: added (作业区域, region)': toInsure,
  'DI-003.fields.beneficiary_name: added (身故受益人, text)': toInsure,
  'DI-003.fields.read_clause: added (我已阅读保险条款，特别是不赔的情形；同意按我选的日子和上限自动扣款, boolean)':
    toInsure,
  'DI-004.fields.policy_no: missing': '字段引用的是办件，与退保同名；policy_no 在本目录里是保单号文本',
  'DI-004.fields.policy_ref: added (投保办件编号, case_ref)':
    '字段引用的是办件，与退保同名；policy_no 在本目录里是保单号文本',
  'DI-004.fields.endorse_item: 批改项, enum [姓名证件、职业类别、受益人、联系电话] → 改哪一项, enum [姓名证件、职业类别、受益人、联系电话]':
    ownWords,
  'DI-004.fields.value_before: 批改前, text → 现在写的是, text': ownWords,
  'DI-004.fields.value_after: 批改后, text → 要改成, text': ownWords,
  'DI-004.fields.endorse_reason: 批改原因, text → 为什么改, text': ownWords,
  'DI-005.fields.policy_ref: 保单号, case_ref → 投保办件编号, case_ref': '字段引用的是办件，不是保单号',
  'DI-005.fields.refund_dates: 退保日期, date → 从哪一天开始退, date': ownWords,
  'DI-005.fields.refund_days: 退保天数, integer → 退几天, integer': ownWords,
  'DI-005.fields.refund_why: 原因, enum [当日不出工、重复投保、误操作、转行] → 退保原因, enum [当日不出工、重复投保、误操作、转行]':
    ownWords,
  'DI-005.fields.refund_sign: added (退保签名, signature)': '签名用签名的类型，不要求上传照片',
  'DI-005.materials.refund_sign: missing': '签名用签名的类型，不要求上传照片',
  'DI-006.fields.accident_time: 出险时间, datetime → 事故发生时间, datetime': ownWords,
  'DI-006.fields.accident_spot: 出险地点, location → 事故发生地点, location': ownWords,
  'DI-006.fields.on_work: 是否工作过程中, boolean → 是在工作过程中发生的, boolean': ownWords,
  'DI-007.fields.report_no: 报案号, case_ref → 报案办件编号, case_ref': '字段引用的是报案办件，编号由系统生成',
  'DI-007.fields.medicare_paid: 医保已报, money → 医保已经报销的金额, money': ownWords,
  'DI-007.fields.nef_injury_paid: 职业伤害已报, money → 职业伤害保障已经付的金额, money': ownWords,
  'DI-007.fields.self_pay_drug: 自费药金额, money → 医保不报的自费药金额, money': ownWords,
  'DI-007.materials.scene_media: added (现场照片或视频)': '报案时来不及拍的，索赔时可以补交，不是必交',
  'DI-007.fields.treat_finished: 是否治疗终结, boolean → 治疗已经结束, boolean': ownWords,
  'DI-008.fields.leave_days: 请假外出天数, integer → 住院期间请假外出天数, integer': ownWords,
  'DI-008.materials.scene_media: added (现场照片或视频)': '报案时来不及拍的，索赔时可以补交，不是必交',
  'DI-009.fields.linked_report: 报案号, case_ref → 报案办件编号, case_ref': '字段引用的是报案办件，编号由系统生成',
  'DI-009.fields.closed_on: 医疗终结日, date → 治疗结束的日期, date': ownWords,
  'DI-009.fields.assess_grade: 评定等级（1至10）, integer → 评定书上的等级（1 至 10）, integer': ownWords,
  'DI-009.fields.functional_loss: 功能障碍描述, longtext → 现在哪些动作做不了、做不好, longtext': ownWords,
  'DI-010.fields.insured_id: 被保险人证件号, id_number → 去世的被保险人的身份证号, id_number': ownWords,
  'DI-010.fields.death_time: 身故时间, datetime → 去世时间, datetime': ownWords,
  'DI-010.fields.within_180_days: 是否事故后180日内, boolean → 是事故发生后 180 日以内去世的, boolean': ownWords,
  'DI-010.fields.criminal_case: 是否刑事案件, boolean → 公安机关作为刑事案件在查, boolean': ownWords,
  'DI-010.fields.linked_report: added (报案办件编号, case_ref)': '没有报案就没有核定过的责任；引用的办件编号由系统生成',
  'DI-010.fields.other_heirs: added (没有列在上面的受益人或继承人, longtext)':
    '漏了谁、谁先去世，经办人要知道，不能让家属只能不写',
  'DI-010.materials.share_agreement: added (全体继承人书面同意的份额协议)':
    '不均分要全体同意（民法典第一千一百三十条，待核）',
  'DI-008.fields.report_ref: 报案号, case_ref → 报案办件编号, case_ref': '字段引用的是报案办件，编号由系统生成',
  'rights-appeal-dispatch.classify: 智能分类与紧急度判断, system, auto → 自动分类，判断紧急程度, system, auto': plain,
  'rights-appeal-dispatch.merge: 重复件合并, case_dispatcher, human → 核对是不是重复件, case_dispatcher, human':
    '合并由人核对之后才有，环节名不预先断定是重复件',
  'rights-appeal-dispatch.re-assign: 权属争议裁定, supervisor, human → 裁定由哪个部门办, supervisor, human': plain,
  'rights-appeal-dispatch.evaluate: 诉求人评议, worker, human → 看答复，作出评议, worker, human': plain,
  'rights-appeal-dispatch.consult-opinion: added (看答复，说是否满意, worker, human)': twoPeople,
  'rights-appeal-dispatch.consult-reply.satisfied: missing': twoPeople,
  'rights-appeal-dispatch.consult-reply.unsatisfied: missing': twoPeople,
  'rights-appeal-dispatch.consult-reply.answered: added (→ consult-opinion)': twoPeople,
  'rights-appeal-dispatch.dispatch.consult: added (→ consult-reply)': oneStep,
  'rights-appeal-dispatch.dispatch.repeat: added (→ merge)': oneStep,
  'DS-001.fields.facts: 事实经过, longtext → 事情的经过, longtext': ownWords,
  'DS-001.fields.expectation: 诉求, longtext → 您希望怎么解决, longtext': ownWords,
  'DS-001.fields.hide_name: 对单位隐名, boolean → 不要让被反映的单位知道我是谁, boolean': ownWords,
  'DS-002.fields.question: 问题描述, longtext → 想问什么, longtext': ownWords,
  'DS-002.fields.publish_agree: 同意脱敏入知识库, boolean → 同意去掉个人信息后收入知识库, boolean': ownWords,
  'DS-004.fields.rated_case: 办件编号, case_ref → 评价哪一件, case_ref': ownWords,
  'DS-004.fields.contact_back: 愿意回访, boolean → 愿意接受回访, boolean': ownWords,
};

describe('the index', () => {
  it('holds 43 workflows, 189 services and the tables that they name', () => {
    expect(index.workflows).toHaveLength(43);
    expect(index.services).toHaveLength(189);
    expect(Object.keys(plannedWorkflows)).toEqual(index.workflows.map((workflow) => workflow.code));
    expect(Object.keys(ruleTables)).toHaveLength(73);
  });
});

describe('the authored catalogue', () => {
  it('says what the index says, but for the listed differences', () => {
    const found = differences(index, workflows, services);
    const unexplained = found.filter((one) => !(one in allowed));
    const stale = Object.keys(allowed).filter((one) => !found.includes(one));
    expect({ unexplained, stale }).toEqual({ unexplained: [], stale: [] });
  });

  it('explains each difference in words', () => {
    for (const reason of Object.values(allowed)) expect(reason.length).toBeGreaterThan(10);
  });

  it('passes every proof; what is pending has its reason', () => {
    const found = verify(services, catalogRegistry, workflows);
    expect(found.filter((finding) => finding.severity === 'error')).toEqual([]);
  });

  it.each(services.map((service) => [service.code, service] as const))(
    '%s holds its fields and materials',
    (_code, service) => {
      const fields = caseFields(service, catalogRegistry);
      for (const [name, field] of Object.entries(allFields(service))) expect(fields[name]).toEqual(field);
    },
  );
});

it.each(workflows.map((workflow) => [workflow.code, workflow] as const))(
  '%s compiles and reads back',
  (_code, workflow) => {
    const [binding] = services;
    if (!binding) throw new Error('no service is authored');
    const [entry = ''] = Object.keys(workflow.entries);
    const hash = (text: string) => createHash('sha256').update(text).digest('hex');
    expect(compile({ ...binding, workflow, entry }, hash).service.workflow).toEqual(structuredClone(workflow));
  },
);

describe('decideWhen', () => {
  const step = injuryConfirmation.steps['relation-check'];
  if (!step) throw new Error('the step is gone');
  it.each([
    ['不需要', 'clear'],
    ['劳动仲裁或诉讼', 'depend'],
    ['交通事故认定', 'depend'],
  ])('awaiting %s comes to %s', (awaited_ruling, outcome) => {
    expect(decideWhen(step, { awaited_ruling }, '2026-03-01T00:00:00Z')).toBe(outcome);
  });
  it('takes nothing when nothing is decided', () => {
    const waiting = injuryConfirmation.steps['resume-wait'];
    expect(waiting && decideWhen(waiting, {}, '2026-03-01T00:00:00Z')).toBeNull();
  });
});
