// How long what is held is kept, from when, and by which clause: one class for every table, which a test over the schema holds. What no
// clause that is at hand fixes is marked to be checked. Pure.

export type RetentionClass = {
  readonly zh: string;
  /** Null: for as long as what it belongs to, or for ever. */
  readonly years: number | null;
  readonly from: string;
  readonly basis: string;
  readonly needsCheck: boolean;
};

const classesOf = <Code extends string>(classes: Readonly<Record<Code, RetentionClass>>) => classes;

export const retentionClasses = classesOf({
  loose: {
    zh: '草稿、没有用到的文件、消息、登录记录',
    years: 0,
    from: '用完',
    basis: '个人信息保护法第十九条（实现目的所必要的最短时间）',
    needsCheck: true,
  },
  unused_case: {
    zh: '撤回、放弃、到期自动终结而没有产生权益的办件',
    years: 0,
    from: '办件结束',
    basis: '个人信息保护法第四十七条第一款第一项',
    needsCheck: true,
  },
  insurance_file: {
    zh: '投保、理赔资料',
    years: 5,
    from: '办件结束或者保险合同终止，以晚的为准',
    basis: '保险法第八十七条（保险期间一年以下的不少于五年）',
    needsCheck: true,
  },
  membership_file: {
    zh: '入会和会籍资料',
    years: 5,
    from: '会籍终止',
    basis: '工会会员会籍管理的规定，年限待核',
    needsCheck: true,
  },
  appeal_file: {
    zh: '诉求、咨询、评议资料',
    years: 5,
    from: '办件结束',
    basis: '参照劳动人事争议调解案卷不少于五年，待核',
    needsCheck: true,
  },
  accounting: {
    zh: '资金凭证',
    years: 30,
    from: '会计年度终了',
    basis: '会计档案管理办法第十四条及附表（会计凭证、会计账簿三十年）',
    needsCheck: true,
  },
  bank_statement: {
    zh: '银行对账单',
    years: 10,
    from: '会计年度终了',
    basis: '会计档案管理办法第十四条及附表（银行对账单十年）',
    needsCheck: true,
  },
  processing_record: {
    zh: '同意、查看、代办授权等处理记录',
    years: 3,
    from: '记录之日',
    basis: '个人信息保护法第五十六条（处理情况记录至少保存三年）',
    needsCheck: true,
  },
  log: {
    zh: '登录、接口调用等日志',
    years: 0.5,
    from: '记录之日',
    basis: '网络安全法第二十一条第三项（不少于六个月）',
    needsCheck: true,
  },
  person: {
    zh: '姓名、证件、电话、收款卡',
    years: null,
    from: '没有别的资料还需要它',
    basis: '个人信息保护法第四十七条',
    needsCheck: true,
  },
  chain: {
    zh: '存证、编号、目录、机构和岗位，不含个人内容',
    years: null,
    from: '长期',
    basis: '存证只有承诺值和化名，删除内容后仍可核验',
    needsCheck: false,
  },
});
export type RetentionCode = keyof typeof retentionClasses;

const tablesOf = (classes: Readonly<Record<RetentionCode, string>>): Readonly<Record<string, RetentionCode>> =>
  Object.fromEntries(
    (Object.entries(classes) as [RetentionCode, string][]).flatMap(([code, tables]) =>
      tables
        .trim()
        .split(/\s+/)
        .filter(Boolean)
        .map((table) => [table, code]),
    ),
  );

/** Bodies of cases take the class of their case: what stands here is the longest that a table's rows are kept. */
export const tableRetention = tablesOf({
  loose: `draft notice sms_code sms_part request oidc_login staff_link file import_line roster_line roster work_signal
    key_challenge code_failure`,
  unused_case: '',
  insurance_file: `case_body case_document cover_policy cover_entry policy_endorsement benefit_claim renewal renewal_mandate dossier group_cover
    group_insured claim_pool claim_sheet claim_sampling`,
  membership_file: 'membership import_run',
  appeal_file: 'appeal rating',
  accounting: `account balance_snapshot entry transfer payment_order payment_event payout payout_approval payout_batch withholding_contract
    settlement settlement_difference settlement_line settlement_sample subsidy_receipt subsidy_recovery`,
  bank_statement: 'bank_line reconciliation',
  processing_record:
    'consent data_access unmasking authority erasure legal_hold admin_act trace_body role_proposal identity_check',
  log: 'session api_key_use',
  person: 'person person_alias payout_account phone_change person_trait person_merge suspicion',
  chain: `api_key case_action case_copy case_link case_number_counter case_state case_task case_vote data_key deadline definition log_leaf org org_role
    publication schema_migration service_point setting staff staff_role staff_subject staff_key substitution trait_scan`,
});

const nothingCame = new Set(['withdrawn', 'abandoned', 'expired', 'dropped', 'merged', 'cancelled']);

export type CaseFacts = {
  readonly serviceCode: string;
  readonly end: string | null;
  /** A policy, a membership, a payment, or a claim that came of it. */
  readonly bore: boolean;
};

/** The class of a case's content. */
export function classOfCase({ serviceCode, end, bore }: CaseFacts): RetentionCode {
  if (!bore && end !== null && nothingCame.has(end)) return 'unused_case';
  if (serviceCode.startsWith('UN-')) return 'membership_file';
  return serviceCode.startsWith('DI-') ? 'insurance_file' : 'appeal_file';
}

/** The last day on which it must be kept, in Beijing; null when nothing keeps it. Half years count in months. */
export function keptUntil(code: RetentionCode, fromDay: string): string | null {
  const { years } = retentionClasses[code];
  if (years === null || years === 0) return null;
  return Temporal.PlainDate.from(fromDay)
    .add({ months: Math.round(years * 12) })
    .toString();
}
