// Check sheets: taken by one, concluded by the same, and where the conclusion is that the insurer was wrong, confirmed by another. Each
// step is an act with its request, so that a repeat changes nothing and two at once are one.

import type { By } from '#modules/administration';
import { systemAccess, type Access } from '#platform/access';
import { dayOf } from '#platform/calendar';
import { csv, yuanOf } from '#platform/csv';
import type { Tx } from '#platform/db';
import { cutPage, readCursor, type Page } from '#platform/page';
import {
  conclusions,
  follows,
  outcomeZh,
  refuse,
  sheetStateZh,
  type AssignInput,
  type ConcludeInput,
  type ConfirmInput,
  type SheetItem,
  type SheetView,
} from './contract.ts';
import { readersFor } from './months.ts';
import type { SamplingOptions } from './options.ts';
import * as store from './store.ts';

const firstId = '00000000-0000-0000-0000-000000000000';
/** More than a month draws anywhere. */
const fileRowsMax = 20_000;

export type Asker = { readonly by: By; readonly access: Access };
export type SheetQuery = {
  readonly month?: string | undefined;
  readonly mine: boolean;
  readonly show: store.SheetFilter;
  readonly cursor?: string | undefined;
  readonly limit: number;
};

export function createSheets(options: SamplingOptions & { readonly benefitZh: (benefit: string) => string }) {
  const { db, clock, acts } = options;

  // ---- acts ------------------------------------------------------------------------------------------------------------------------

  /** One act on a sheet that the asker may see, which is held meanwhile. */
  function once(
    { by, access }: Asker,
    sheetId: string,
    act: {
      readonly requestId: string;
      readonly type: string;
      readonly zh: string;
      readonly content: Readonly<Record<string, unknown>>;
      readonly work: (tx: Tx, row: store.SheetRow, staffId: string) => void | Promise<void>;
    },
  ): Promise<{ done: true }> {
    return acts.once<{ done: true }>({
      by,
      requestId: act.requestId,
      type: act.type,
      content: { sheetId, ...act.content },
      work: async (tx) => {
        await tx.maybe(store.lockSheet, [sheetId]);
        const row = await tx.maybe(store.sheetById, [sheetId]);
        if (!row || !by.staffId || !mayRead(row, access)) throw refuse('sampling.sheet_missing');
        await act.work(tx, row, by.staffId);
        return {
          title: `${act.zh}：理赔抽查 ${numberOf(row)}（${row.case_no}）`,
          body: { sheet_id: sheetId, case_no: row.case_no, ...act.content },
          answer: { done: true },
        };
      },
    });
  }

  function take(asker: Asker, sheetId: string, { requestId }: { requestId: string }) {
    return once(asker, sheetId, {
      requestId,
      type: 'claim_sheet_taken',
      zh: '领取检查单',
      content: {},
      work: (tx, row, staffId) => {
        if (row.state !== 'waiting') throw refuse('sampling.sheet_changed');
        if (!isOf(row, asker.access)) throw refuse('sampling.not_yours');
        tx.send(store.takeSheet, [sheetId, staffId]);
      },
    });
  }

  function conclude(asker: Asker, sheetId: string, input: ConcludeInput) {
    const { requestId, conclusion, remark, follow } = input;
    return once(asker, sheetId, {
      requestId,
      type: 'claim_sheet_concluded',
      zh: `检查结论“${conclusions[conclusion]}”`,
      content: { conclusion, remark, follow },
      work: (tx, row, staffId) => {
        if (row.state !== 'checking') throw refuse('sampling.sheet_changed');
        if (row.checker_id !== staffId || !isOf(row, asker.access)) throw refuse('sampling.not_yours');
        const state = conclusion === 'wrong' ? 'to_confirm' : 'done';
        tx.send(store.concludeSheet, [sheetId, state, conclusion, remark, follow, clock.now()]);
      },
    });
  }

  /** By another person than the checker. What was confirmed is written into the case, and the insurer is told. */
  function confirm(asker: Asker, sheetId: string, input: ConfirmInput) {
    const { requestId, agree, reason } = input;
    return once(asker, sheetId, {
      requestId,
      type: agree ? 'claim_sheet_confirmed' : 'claim_sheet_returned',
      zh: agree ? '复核同意“有误”' : '退回重查',
      content: { agree, reason },
      work: async (tx, row, staffId) => {
        if (row.state !== 'to_confirm' || !row.follow) throw refuse('sampling.sheet_changed');
        if (row.checker_id === staffId) throw refuse('sampling.own');
        if (!agree) {
          tx.send(store.returnSheet, [sheetId, reason]);
          return;
        }
        tx.send(store.confirmSheet, [sheetId, staffId, clock.now()]);
        const note = `${row.department}理赔抽查（${numberOf(row)}）认为有误：${row.remark ?? ''} ${follows[row.follow]}。`;
        await options.tellWrong(tx, { caseId: row.case_id, insurerOrgId: row.insurer_org_id, note });
      },
    });
  }

  function assign(asker: Asker, sheetId: string, { requestId, role }: AssignInput) {
    return once(asker, sheetId, {
      requestId,
      type: 'claim_sheet_assigned',
      zh: '改派检查单',
      content: { role },
      work: (tx, row) => {
        if (row.state !== 'waiting' && row.state !== 'checking') throw refuse('sampling.sheet_changed');
        if (!supervises(asker.access, row)) throw refuse('sampling.not_yours');
        const orgId = options.route(role, row.region);
        if (!orgId) throw refuse('sampling.no_department');
        tx.send(store.assignSheet, [sheetId, role, orgId, readersFor(options, { role, orgId }, row.region)]);
      },
    });
  }

  // ---- reading ---------------------------------------------------------------------------------------------------------------------

  const today = () => dayOf(clock.now());

  async function list({ by, access }: Asker, query: SheetQuery): Promise<Page<SheetItem>> {
    const [day, id] = readCursor(query.cursor) ?? ['-infinity', firstId];
    const month = query.month ? `${query.month}-01` : null;
    const mine = query.mine ? by.staffId : null;
    const rows = await db.transaction(systemAccess, (tx) =>
      tx.run(store.listSheets, [[...access.grants], day, id, query.limit + 1, month, mine, query.show, today()]),
    );
    const page = cutPage(rows, query.limit, (last) => [last.due_on, last.sheet_id]);
    return { nextCursor: page.nextCursor, items: page.items.map(itemOf) };
  }

  async function one({ by, access }: Asker, sheetId: string): Promise<SheetView> {
    return db.transaction(systemAccess, async (tx) => {
      const row = await tx.maybe(store.sheetById, [sheetId]);
      if (!row || !mayRead(row, access)) throw refuse('sampling.sheet_missing');
      const isOwn = row.checker_id === by.staffId;
      return {
        ...itemOf(row),
        claim: await options.details(tx, access, { caseId: row.case_id, outcome: row.outcome }),
        caseId: (await options.mayOpen(tx, access, row.case_id)) ? row.case_id : null,
        remark: row.remark,
        returnReason: row.return_reason,
        followZh: row.follow && follows[row.follow],
        concludedAt: row.concluded_at,
        confirmedBy: row.confirmer,
        confirmedAt: row.confirmed_at,
        can: {
          take: row.state === 'waiting' && isOf(row, access),
          conclude: row.state === 'checking' && isOwn && isOf(row, access),
          confirm: row.state === 'to_confirm' && !isOwn,
          assign: (row.state === 'waiting' || row.state === 'checking') && supervises(access, row),
        },
      };
    });
  }

  /** The sheets of a month that the asker may read, as a table. */
  async function file({ access }: Asker, month: string): Promise<string> {
    const rows = await db.transaction(systemAccess, (tx) =>
      tx.run(store.listSheets, [
        [...access.grants],
        '-infinity',
        firstId,
        fileRowsMax,
        `${month}-01`,
        null,
        'all',
        today(),
      ]),
    );
    const head = [
      '检查单',
      '办件编号',
      '保险公司',
      '理赔项目',
      '结果',
      '金额（元）',
      '检查部门',
      '检查人',
      '期限',
      '状态',
    ];
    return csv([
      [...head, '结论', '检查说明', '处理', '复核人'],
      ...rows.map((row) => {
        const item = itemOf(row);
        return [
          item.no,
          item.caseNo,
          item.insurer,
          item.benefitZh,
          item.outcomeZh,
          yuanOf(item.amountFen),
          item.department,
          item.checker,
          item.dueOn,
          item.overdue ? `${item.stateZh}（已超期）` : item.stateZh,
          row.conclusion && conclusions[row.conclusion],
          row.remark,
          row.follow && follows[row.follow],
          row.confirmer,
        ];
      }),
    ]);
  }

  function itemOf(row: store.SheetRow): SheetItem {
    return {
      sheetId: row.sheet_id,
      no: numberOf(row),
      caseNo: row.case_no,
      insurer: row.insurer,
      benefitZh: options.benefitZh(row.benefit),
      outcomeZh: outcomeZh[row.outcome],
      amountFen: row.amount_fen,
      department: row.department,
      checker: row.checker,
      dueOn: row.due_on,
      overdue: row.state !== 'done' && row.due_on < today(),
      state: row.state,
      stateZh: sheetStateZh[row.state],
      conclusion: row.conclusion,
    };
  }

  return { take, conclude, confirm, assign, list, one, file };
}

function numberOf(row: Pick<store.SheetRow, 'month' | 'place'>): string {
  return `${row.month.slice(0, 7).replace('-', '')}-${String(row.place).padStart(3, '0')}`;
}

const mayRead = (row: store.SheetRow, access: Access): boolean =>
  row.readers.some((reader) => access.grants.includes(reader));
/** Of the department that the sheet was handed to. */
const isOf = (row: store.SheetRow, access: Access): boolean => access.grants.includes(`${row.role}@${row.org_id}`);
const supervises = (access: Access, row: store.SheetRow): boolean =>
  row.readers.some((reader) => reader.startsWith('supervisor@') && access.grants.includes(reader));
