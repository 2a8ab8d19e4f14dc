// What is shown of appeals that were made one. To the person whose appeal was merged: how the main case stands and the summary of the
// reply, which is written for it; nothing of the other person. To the offices of the main case: what the merged appeals ask.

import { z } from 'zod';
import type { Service } from '#catalog';
import type { Tx } from '#platform/db';
import type { CaseState } from '#modules/cases';
import * as store from './store.ts';

export type MainView = {
  readonly statusZh: string;
  readonly dueAt: string | null;
  readonly ended: boolean;
  readonly replySummary: string | null;
};
export type MergedView = { readonly caseNo: string; readonly openedAt: string; readonly asks: string };

type Names = {
  readonly byHash: (hash: string) => Service;
  readonly orgName: (orgId: string) => string;
};

const asked = z.object({ facts: z.string().optional(), expectation: z.string().optional() });

/** How the main case stands, for the applicant of a case that was merged into it. */
export async function mainOf(tx: Tx, state: CaseState, names: Names): Promise<MainView | null> {
  if (state.end !== 'merged') return null;
  const row = await tx.asSystem().maybe(store.selectMain, [state.caseId]);
  if (!row) return null;
  const main = row.state;
  const { workflow } = names.byHash(main.serviceHash);
  const active = main.active[0];
  const step = active ? workflow.steps[active.step] : undefined;
  const office = active?.orgId ? `${names.orgName(active.orgId)}正在办理：` : '';
  const { reply_summary: summary } = main.data;
  return {
    statusZh:
      main.status === 'ended'
        ? `已结束：${main.end ? (workflow.ends[main.end] ?? '') : ''}`
        : `${office}${step?.zh ?? '办理中'}`,
    dueAt: active?.orgId ? active.dueAt : null,
    ended: main.status === 'ended',
    // Written for those who were merged; it exists once the reply has been issued.
    replySummary: main.done['reply'] && typeof summary === 'string' ? summary : null,
  };
}

/** What was merged into a case, for the offices that read it: a part of what they decide. */
export async function mergedInto(tx: Tx, state: CaseState): Promise<readonly MergedView[]> {
  if (!state.data['merged_count']) return [];
  const rows = await tx.asSystem().run(store.selectMerged, [state.caseId]);
  return rows.map(({ state: one }) => {
    const { facts = '', expectation = '' } = asked.safeParse(one.data).data ?? {};
    return { caseNo: one.caseNo, openedAt: one.openedAt, asks: [facts, expectation].filter(Boolean).join('；诉求：') };
  });
}
