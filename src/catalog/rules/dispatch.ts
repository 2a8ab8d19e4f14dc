// RT-DISP-SCOPE: what an appeal is about, how urgent it is, which department should lead, and when two appeals may be one. It only
// suggests: a person dispatches, merges and corrects. No source states these tables, so every figure and word is to be checked.

import { z } from 'zod';
import { defineRule, type Citation, type Rule } from './define.ts';
import { lookup, type Table } from './table.ts';

export const appealSubjects = [
  '报酬',
  '奖惩',
  '工时休息',
  '伤害赔偿',
  '押金',
  '账号',
  '社保',
  '安全',
  '歧视骚扰',
  '其他',
  '道路通行与停车卡点',
] as const;
export type AppealSubject = (typeof appealSubjects)[number];
export const urgencies = ['特急', '紧急', '一般'] as const;
export type Urgency = (typeof urgencies)[number];

/** What a cause that many share is about. */
export const subjectOfCause: Readonly<Record<string, AppealSubject>> = {
  降价: '报酬',
  欠薪: '报酬',
  站点关停: '报酬',
  规则变更: '奖惩',
  封号潮: '账号',
  押金不退: '押金',
};

/** Offices that may be named to lead. Each is a role of the catalogue; departments without one are told by the human resources office. */
export const leadRoles = [
  'hrss_reviewer',
  'social_insurance_agency',
  'county_union',
  'transport_officer',
  'post_officer',
  'traffic_police',
] as const;
export type LeadRole = (typeof leadRoles)[number];

const industries = ['快递', '客货运', '其他'] as const;
type Industry = (typeof industries)[number];
const industryOfOccupation: Readonly<Record<string, Industry>> = {
  快递员: '快递',
  网约车司机: '客货运',
  货车司机: '客货运',
};

const input = z.object({
  subject: z.enum(appealSubjects).describe('诉求类别'),
  occupation: z.string().default('').describe('诉求人的从业类别'),
  text: z.string().describe('事实与诉求'),
  people: z.int().min(1).max(100_000).default(1).describe('涉及人数'),
  daysToHoliday: z.int().min(0).nullable().default(null).describe('距最近长假的天数'),
});
export type DispatchInput = z.infer<typeof input>;
export type DispatchParameters = {
  readonly dangerWords: readonly string[];
  readonly collectiveWords: readonly string[];
  readonly arrearsWords: readonly string[];
  readonly questionWords: readonly string[];
  readonly peopleMin: number;
  readonly holidayDaysMax: number;
  readonly repeatDaysMax: number;
  /** Likeness of two accounts, in per cent, from which one person's, or two people's, appeals are shown to a dispatcher as one. */
  readonly samePersonPercentMin: number;
  readonly otherPersonPercentMin: number;
};
export type Dispatch = {
  readonly urgency: Urgency;
  readonly lead: LeadRole;
  readonly leadZh: string;
  /** Reads like a question, not like a complaint. */
  readonly question: boolean;
};

const guide: Citation = { basis: '人社部发〔2021〕56号（部门职责分工）', confidence: 'unverified' };

type Lead = { readonly role: LeadRole; readonly zh: string };
const leads: Table<Lead> = {
  name: 'dispatch.leads',
  zh: '诉求类别与主办部门',
  axes: [
    { name: 'subject', kind: 'enum', values: appealSubjects },
    { name: 'industry', kind: 'enum', values: industries },
  ],
  rows: [
    {
      when: { subject: ['报酬', '工时休息', '伤害赔偿', '安全', '其他'] },
      value: { role: 'hrss_reviewer', zh: '人社部门' },
      zh: '劳动报酬、休息、伤害与其他权益',
    },
    { when: { subject: ['社保'] }, value: { role: 'social_insurance_agency', zh: '社保经办机构' }, zh: '社会保险' },
    { when: { subject: ['歧视骚扰'] }, value: { role: 'county_union', zh: '工会' }, zh: '歧视骚扰，工会牵头会同妇联' },
    {
      when: { subject: ['道路通行与停车卡点'] },
      value: { role: 'traffic_police', zh: '公安交管部门' },
      zh: '道路通行与停车',
    },
    {
      when: { subject: ['奖惩', '押金', '账号'], industry: ['快递'] },
      value: { role: 'post_officer', zh: '邮政管理部门' },
      zh: '快递行业的处罚、押金与账号',
    },
    {
      when: { subject: ['奖惩', '押金', '账号'], industry: ['客货运'] },
      value: { role: 'transport_officer', zh: '交通运输部门' },
      zh: '网约车与货运行业的处罚、押金与账号',
    },
    {
      when: { subject: ['奖惩', '押金', '账号'], industry: ['其他'] },
      value: { role: 'hrss_reviewer', zh: '人社部门' },
      zh: '其他行业的处罚、押金与账号',
    },
  ],
};

const yesNo = ['是', '否'] as const;
const degrees: Table<Urgency> = {
  name: 'dispatch.urgency',
  zh: '紧急程度',
  axes: [
    { name: 'danger', kind: 'enum', values: yesNo },
    { name: 'collective', kind: 'enum', values: yesNo },
    { name: 'arrears', kind: 'enum', values: yesNo },
  ],
  rows: [
    { when: { danger: ['是'] }, value: '特急', zh: '可能有人身危险' },
    { when: { danger: ['否'], collective: ['是'] }, value: '紧急', zh: '涉及多人或可能聚集' },
    { when: { danger: ['否'], collective: ['否'], arrears: ['是'] }, value: '紧急', zh: '长假前的欠薪' },
    { when: { danger: ['否'], collective: ['否'], arrears: ['否'] }, value: '一般', zh: '没有紧急情形' },
  ],
};

export const dispatchRule: Rule<DispatchInput, DispatchParameters, Dispatch> = defineRule<
  DispatchInput,
  DispatchParameters,
  Dispatch
>({
  id: 'RT-DISP-SCOPE',
  zh: '诉求受理与分流表',
  en: 'Appeal intake and dispatch table',
  inputs: input,
  parameters: [
    {
      from: '2022-01-01',
      values: {
        dangerWords: [
          '自杀',
          '轻生',
          '不想活',
          '跳楼',
          '跳河',
          '割腕',
          '生命危险',
          '大出血',
          '昏迷',
          '被打',
          '打伤',
          '限制自由',
          '不让走',
          '性侵',
        ],
        collectiveWords: ['罢工', '停运', '堵门', '聚集', '集体上访', '几十人', '上百人'],
        arrearsWords: ['欠薪', '拖欠', '不发工资', '没发工资', '没结工资', '欠工资', '跑路'],
        questionWords: ['请问', '想问', '咨询一下', '怎么算', '是不是可以', '能不能'],
        peopleMin: 5,
        holidayDaysMax: 30,
        repeatDaysMax: 30,
        samePersonPercentMin: 30,
        otherPersonPercentMin: 75,
      },
      basis: '地方承诺（分流口径，由运营单位调整）',
      confidence: 'unverified',
    },
  ],
  tables: () => [leads, degrees],
  formulas: [
    {
      from: '2022-01-01',
      calculate: ({ subject, occupation, text, people, daysToHoliday }, values, say) => {
        const said = (words: readonly string[]): readonly string[] => words.filter((word) => text.includes(word));
        const word = (found: readonly string[]): string =>
          found.length > 0 ? `写到“${found.join('”“')}”` : '没有写到';
        const danger = said(values.dangerWords);
        const crowd = said(values.collectiveWords);
        const arrears = said(values.arrearsWords);
        const holiday = daysToHoliday !== null && daysToHoliday <= values.holidayDaysMax;
        const yes = (is: boolean) => (is ? '是' : '否');
        const degree = lookup(degrees, {
          danger: yes(danger.length > 0),
          collective: yes(crowd.length > 0 || people >= values.peopleMin),
          arrears: yes(arrears.length > 0 && holiday),
        });
        const industry = industryOfOccupation[occupation] ?? '其他';
        const lead = lookup(leads, { subject, industry });
        const questions = said(values.questionWords);
        say('人身危险的字眼', word(danger), 'dangerWords');
        say('多人聚集的字眼', `${word(crowd)}，涉及${people}人`, 'collectiveWords');
        say(
          '欠薪的字眼与长假',
          `${word(arrears)}${daysToHoliday === null ? '' : `，距长假${daysToHoliday}天`}`,
          'arrearsWords',
        );
        say('紧急程度', `${degree.value}：${degree.zh}`);
        say('建议主办', `${lead.value.zh}：${lead.zh}`, guide);
        const question = subject === '其他' && questions.length > 0 && degree.value === '一般';
        if (question) say('更像咨询', word(questions), 'questionWords');
        return { urgency: degree.value, lead: lead.value.role, leadZh: lead.value.zh, question };
      },
    },
  ],
});

/** Text as it is compared: width, case, blanks and marks make no difference. */
export function foldAccount(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]/gu, '');
}

/** How much of two accounts is alike, in whole per cent: shared pairs of characters (Dice). */
export function likenessPercent(a: string, b: string): number {
  const pairs = (text: string): string[] => {
    const letters = Array.from(foldAccount(text));
    return letters.slice(1).map((letter, at) => `${letters[at]}${letter}`);
  };
  const [first, second] = [pairs(a), pairs(b)];
  if (first.length === 0 || second.length === 0) return 0;
  const left = new Map<string, number>();
  for (const pair of first) left.set(pair, (left.get(pair) ?? 0) + 1);
  let shared = 0;
  for (const pair of second) {
    const count = left.get(pair) ?? 0;
    if (count === 0) continue;
    left.set(pair, count - 1);
    shared += 1;
  }
  return Math.floor((200 * shared) / (first.length + second.length));
}
