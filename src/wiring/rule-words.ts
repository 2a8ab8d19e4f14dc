// The parameters of the rules as an official reads them: each by its name, with its unit. Pure.

const names: Readonly<Record<string, string>> = {
  ageMin: '最低年龄（周岁）',
  ageMax: '最高年龄（周岁）',
  daysMax: '一次最多投保（天）',
  rateDailyFen: '每人每天保费',
  subsidyBasisPoints: '财政补贴比例',
  rateMeans: '每天保费的口径',
  sameDay: '付款后当日生效',
  totalLimitFen: '累计给付限额',
  lifeLimitFen: '身故、伤残限额',
  medicalLimitFen: '医疗费限额',
  medicalDeductibleFen: '医疗费免赔额',
  medicalBasisPoints: '医疗费给付比例',
  allowanceDailyFen: '住院津贴每天',
  allowanceStayDaysMax: '津贴每次最多（天）',
  allowanceYearDaysMax: '津贴每年最多（天）',
  prepayBasisPoints: '预付比例上限',
  disabilityDaysMax: '伤残提出期限（事故后天数）',
  stepBasisPoints: '伤残每级相差',
  occupations: '职业',
  deathHoursMax: '突发疾病死亡时限（小时）',
  delegatesMin: '协商代表最少（人）',
  outsideThirds: '外部代表最多（三分之几）',
  frontLineBasisPoints: '一线职工代表最低比例',
  monthlyFen: '月最低工资',
  hourlyFen: '小时最低工资',
  dangerWords: '人身危险的字眼',
  collectiveWords: '多人聚集的字眼',
  arrearsWords: '欠薪的字眼',
  questionWords: '咨询的字眼',
  peopleMin: '群体诉求最少人数',
  holidayDaysMax: '长假前多少天内的欠薪算紧急',
  repeatDaysMax: '多少天内的诉求查重复',
  samePersonPercentMin: '同一人的诉求相似到多少算重复（%）',
  otherPersonPercentMin: '不同人的诉求相似到多少算重复（%）',
  sampleShareBasisPoints: '抽查比例',
  sampleMin: '最少抽查（张保单）',
  sampleMax: '最多抽查（张保单）',
  lossLowBasisPoints: '赔付率低于此为有结余',
  lossHighBasisPoints: '赔付率高于此为亏损',
  onTimePoints: '按时办理满分',
  contentPoints: '回访满意满分',
  sitePoints: '现场达标得分',
  complaintPoints: '每件成立的投诉扣分',
  goodFrom: '良好的最低分',
};

const words: Readonly<Record<string, string>> = { gross: '补贴前', net: '个人缴纳部分，补贴另加' };

export function describeValues(values: unknown): readonly { readonly zh: string; readonly text: string }[] {
  if (typeof values !== 'object' || values === null) return [];
  return Object.entries(values).map(([name, value]) => ({ zh: names[name] ?? name, text: textOf(name, value) }));
}

function textOf(name: string, value: unknown): string {
  if (value === null) return '尚未配置';
  if (Array.isArray(value)) return value.join('、');
  if (typeof value === 'boolean') return value ? '是' : '否';
  if (typeof value === 'string') return words[value] ?? value;
  if (typeof value === 'number') {
    if (name.endsWith('Fen')) return `${(value / 100).toLocaleString('zh-CN', { minimumFractionDigits: 2 })} 元`;
    return name.endsWith('BasisPoints') ? `${value / 100}%` : String(value);
  }
  return JSON.stringify(value);
}
