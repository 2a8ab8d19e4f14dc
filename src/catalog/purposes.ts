// What personal information is used for: one purpose each, its words in a version, what it takes, who receives it, and what stops
// when it is withdrawn (个人信息保护法 articles 13 to 17, 23, 29). Whoever changes the words gives them a new version: then everybody is
// asked again. Purposes that rest on a duty and not on consent stand here too, so that the page tells everything that is done.

export type PurposeBasis =
  /** Article 13 (1) 1. */
  | 'consent'
  /** Articles 23 and 29: sensitive information, or passed to another: asked for by itself, never in one tick with something else. */
  | 'separate_consent'
  /** Article 13 (1) 2 to 4: no consent is asked, and none can be withdrawn. */
  | 'duty';

export type Purpose = {
  readonly code: string;
  readonly zh: string;
  /** Of the words; what was agreed to is kept by it. */
  readonly version: string;
  readonly basis: PurposeBasis;
  readonly law: string;
  readonly words: readonly string[];
  readonly data: string;
  readonly recipients: string;
  /** Services that cannot be done without it; the others never ask. */
  readonly services: 'all' | readonly string[];
  /** What goes on without it nevertheless. */
  readonly except?: readonly string[];
  readonly stops: string;
  readonly remains: string;
};

/** Whoever reports an accident may be lying in an ambulance (article 13 (1) 4), and what is refunded goes nowhere new. */
const urgent = ['DI-006'];
const insured = ['DI-001', 'DI-003', 'DI-004', 'DI-007', 'DI-008', 'DI-009', 'DI-010'];

export const purposes: readonly Purpose[] = [
  {
    code: 'identity',
    zh: '核对我的身份',
    version: '2026-11',
    basis: 'separate_consent',
    law: '个人信息保护法第十三条第一款第一项、第二十九条',
    words: [
      '为了实名登记、核对资格和防止冒用，我们需要处理您的姓名、证件号码和手机号。证件号码加密保存，页面上只显示一部分；谁因为什么查看过，您可以随时在“我的”里查到。',
      '不同意就不能登记办理。以后可以在“我的 → 个人信息”里一键撤回，撤回前已办理的事项不受影响。',
    ],
    data: '姓名、证件号码、手机号、常住地区',
    recipients: '经办您的办件的单位',
    services: 'all',
    except: urgent,
    stops: '不能再申请新的事项，自动续保停下；出事仍然可以报案。',
    remains: '正在办的件继续办完；已登记的资料按保存期限保存，用于核对和追溯（个人信息保护法第四十七条第二款）。',
  },
  {
    code: 'insurer',
    zh: '把投保和理赔资料交给保险公司',
    version: '2026-11',
    basis: 'separate_consent',
    law: '个人信息保护法第二十三条；保险法第十条',
    words: [
      '投保、续保、批改和理赔时，把您的姓名、证件号码、职业、保障日期和理赔资料交给承保的保险公司，由它承保、查勘、核定和赔付。保险公司的名称写在投保页和保单上。',
      '不同意就不能投保和理赔，其他事项照常办理。',
    ],
    data: '姓名、证件号码、职业、保障日期、理赔资料',
    recipients: '承保您的保险公司（名称写在投保页和保单上）',
    services: insured,
    stops: '不能再投保、续保、批改和申请理赔；自动续保从下一次起停下，不再扣款。',
    remains: '已经生效的保障和正在扣的一天不变；已经交给保险公司的资料由它依保险法保存，用于已有的保单和理赔。',
  },
  {
    code: 'health',
    zh: '处理伤情、病历和票据',
    version: '2026-11',
    basis: 'separate_consent',
    law: '个人信息保护法第二十八条、第二十九条',
    words: [
      '理赔时需要诊断、病历、住院记录、伤残情况和医疗票据，这些是敏感个人信息。只有办这件理赔的人能看到，每次打开都有记录。',
      '不同意就不能申请医疗费、住院津贴和伤残理赔；报案、投保和其他事项照常办理。',
    ],
    data: '诊断、病历、住院记录、伤残情况、医疗票据',
    recipients: '承保您的保险公司、参与评定的专家',
    services: ['DI-007', 'DI-008', 'DI-009', 'DI-010'],
    stops: '不能再申请新的医疗费、住院津贴和伤残理赔。',
    remains: '正在办的理赔用已经交来的资料办完；不想继续，请在那件事的页面撤回申请。赔付的依据按保存期限保存。',
  },
  {
    code: 'payout_account',
    zh: '用银行卡号给我付款',
    version: '2026-11',
    basis: 'separate_consent',
    law: '个人信息保护法第二十三条、第二十八条、第二十九条',
    words: [
      '给您赔付、退款时，需要您的银行卡号和姓名，交给付款的银行。卡号加密保存，页面上只显示后四位。',
      '不同意就不能申请需要打款到卡的事项，其他事项照常办理。',
    ],
    data: '姓名、银行卡号',
    recipients: '付款的银行',
    services: ['DI-005', 'DI-007', 'DI-008', 'DI-009', 'DI-010'],
    stops: '不能再申请需要打款到银行卡的事项。',
    remains: '已经批准的付款照常付到原来的卡；付款凭证按会计档案管理办法保存（年限待核）。',
  },
  {
    code: 'membership',
    zh: '入会的审查、备案和会籍管理',
    version: '2026-11',
    basis: 'duty',
    law: '个人信息保护法第十三条第一款第二项、第三项；工会法（条款待核）',
    words: ['您申请入会，由您选的工会和它的上级工会审查、备案、管理会籍，这是办成这件事所必需的。'],
    data: '姓名、从业情况、照片、签名',
    recipients: '接收您的工会和它的上级工会',
    services: [],
    stops: '不适用。',
    remains: '退会后会籍记录按保存期限保存。',
  },
  {
    code: 'group_insurance',
    zh: '单位按名单为我投保',
    version: '2026-11',
    basis: 'duty',
    law: '个人信息保护法第十三条第一款第二项；保险法第三十一条、第三十四条（是否适用于没有劳动关系的平台用工，待核）',
    words: [
      '您的用工单位可以按名单为您买一天的保障，要用到您的姓名、证件号码、手机号和岗位。单位应当先告诉您并得到您的同意，我们会马上发短信告诉您是谁买的；保障开始前，您随时可以在“我的保障”里退出，不用说明理由。',
      '名单只有那家单位看得到，姓名是遮盖的；单位只知道您那天有没有保障，看不到您自己买的保险和您办的其他事。',
    ],
    data: '姓名、证件号码、手机号、岗位',
    recipients: '承保的保险公司（只收到证件号码的密文摘要、年龄和职业）',
    services: [],
    stops: '不适用；不想由单位投保的，在“我的保障”里退出那一天。',
    remains: '没有用在办件里的名单三十天后清除；保单和保障记录按保存期限保存。',
  },
  {
    code: 'appeal',
    zh: '办理维权诉求',
    version: '2026-11',
    basis: 'duty',
    law: '个人信息保护法第十三条第一款第三项；劳动保障监察条例（条款待核）',
    words: [
      '您的诉求由有法定职责的部门办理，需要时向被反映的单位核实。您可以选“不要让被反映的单位知道我是谁”，单位就看不到您的信息。',
    ],
    data: '诉求内容、您填写的单位和订单',
    recipients: '受理的部门；您没有选择隐名的，还有被反映的单位',
    services: [],
    stops: '不适用。',
    remains: '办理记录按保存期限保存。',
  },
  {
    code: 'evidence',
    zh: '留存资金凭证和办理痕迹',
    version: '2026-11',
    basis: 'duty',
    law: '个人信息保护法第十三条第一款第三项；会计法第二十三条；会计档案管理办法（年限待核）',
    words: ['收款、付款的凭证和每一步是谁办的，依法必须留存，供您查询、供审计核对。'],
    data: '金额、时间、经办人、凭证编号',
    recipients: '财政、审计等有权查阅的机关',
    services: [],
    stops: '不适用。',
    remains: '在法定期限内不能删除。',
  },
];

export function purposeOf(code: string): Purpose | undefined {
  return purposes.find((one) => one.code === code);
}

/** Whether consent is asked for it at all. */
export function isAsked(purpose: Purpose): boolean {
  return purpose.basis !== 'duty';
}

/** What a service cannot be done without, in the order in which it is asked. */
export function purposesFor(serviceCode: string): readonly Purpose[] {
  return purposes.filter(
    (one) =>
      isAsked(one) &&
      !one.except?.includes(serviceCode) &&
      (one.services === 'all' || one.services.includes(serviceCode)),
  );
}
