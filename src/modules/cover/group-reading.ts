// What an organisation sees of a group that it insures: how far it has come, who is insured and who is not and why. Names are masked; of
// another purchase it learns that there is one, so that nobody is charged twice, and nothing else.

import type { Access } from '#platform/access';
import { startOfDay } from '#platform/calendar';
import { cutPage, decodeCursor } from '#platform/page';
import { z } from 'zod';
import { refuse, type GroupView, type InsuredPage } from './contract.ts';
import { addDays } from './days.ts';
import * as store from './group-store.ts';
import type { CoverOptions } from './options.ts';
import { wholeOf } from './ports.ts';

const pageLines = 50;

export const refusalZh: Readonly<Record<store.Refusal, string>> = {
  too_young: '保障日那天不满年龄下限',
  too_old: '保障日那天超过年龄上限',
  covered: '那一天已有保障，不重复收费',
  not_insurable: '登记信息需要核对，请本人或家人到窗口办理',
  declined: '保险公司没有承保，已付的钱原路退回',
};
const lostZh = '付款时那一天已有别的保障，已付的钱原路退回';

const states = {
  listing: ['checking', '正在逐人核对'],
  listed: ['checked', '已核对'],
  declaring: ['insuring', '正在请保险公司承保'],
  declared: ['insuring', '保险公司已答复'],
  binding: ['insuring', '正在逐人出单'],
  bound: ['done', '已出单'],
} as const satisfies Record<store.GroupState, readonly [GroupView['state'], string]>;

export function createGroupReading({ db, cases, clock }: Pick<CoverOptions, 'db' | 'cases' | 'clock'>) {
  async function view(access: Access, caseId: string): Promise<GroupView> {
    return db.transaction(access, async (tx) => {
      const group = await tx.maybe(store.selectGroup, [caseId]);
      if (!group) throw refuse('cover.no_group');
      const state = await cases.read(tx, caseId);
      const refusals = await tx.run(store.countRefusals, [caseId]);
      const [stage, stateZh] = states[group.state];
      const insured = group.listed_count - group.refused_count - group.declined_count;
      const lost = group.state === 'bound' ? insured - group.bound_count : 0;
      return {
        day: group.day,
        state: stage,
        stateZh,
        total: Math.max(state ? wholeOf(state, 'people_count') : 0, group.listed_count),
        listed: group.listed_count,
        insurable: group.listed_count - group.refused_count,
        refused: group.refused_count,
        declared: group.declared_line,
        declined: group.declined_count,
        bound: group.bound_count,
        outBy: [
          ...refusals.map(({ refusal, count }) => ({ zh: refusalZh[refusal], count })),
          ...(lost > 0 ? [{ zh: lostZh, count: lost }] : []),
        ],
        replaceZh:
          group.replace_rule === 'none' ? '保障开始以前可以换人，当日不可换' : '保障开始以前、当日首单以前可以换人',
      };
    });
  }

  async function insured(
    access: Access,
    caseId: string,
    asked: { readonly leftOut: boolean; readonly cursor: string | undefined },
  ): Promise<InsuredPage> {
    const after = decodeCursor(z.number().int().nonnegative(), asked.cursor) ?? 0;
    return db.transaction(access, async (tx) => {
      const group = await tx.maybe(store.selectGroup, [caseId]);
      if (!group) throw refuse('cover.no_group');
      // Policies are their persons' own; the organisation sees that there is one.
      const eyes = tx.asSystem();
      const rows = asked.leftOut
        ? await eyes.run(store.listLeftOut, [caseId, after, pageLines + 1, group.state === 'bound'])
        : await eyes.run(store.listInsured, [caseId, after, pageLines + 1]);
      const page = cutPage(rows, pageLines, (last) => last.line);
      return { nextCursor: page.nextCursor, items: page.items.map((row) => lineOf(group, row, clock.now())) };
    });
  }

  return { view, insured };
}

function isOpen({ day, replace_rule: rule }: store.GroupRow, now: string): boolean {
  return now < startOfDay(rule === 'none' ? day : addDays(day, 1));
}

function lineOf(group: store.GroupRow, row: store.InsuredRow, now: string): InsuredPage['items'][number] {
  const { line, name_mask: name, work_type: workType, policy_no: policyNo, replaces, refusal } = row;
  const own = { line, name, workType, policyNo, replaces, replaceable: false };
  if (refusal) return { ...own, standing: 'refused', zh: refusalZh[refusal] };
  if (row.kind === 'released') return { ...own, standing: 'released', zh: '已换人或退出，没有保障' };
  // Whether the day allows it is asked when somebody is replaced; on the page the button is there while it may.
  if (row.kind === 'bound')
    return { ...own, standing: 'bound', zh: '有保障', replaceable: group.state === 'bound' && isOpen(group, now) };
  if (group.state === 'bound') return { ...own, standing: 'not_bound', zh: lostZh };
  return { ...own, standing: 'waiting', zh: group.state === 'listed' ? '可以投保，等付款' : '正在办理' };
}
