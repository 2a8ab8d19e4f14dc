// The people of a list, one case each (perItem): opened by a job some at a time, followed as they are confirmed, refused and ended, and
// when the last has ended the case of the list goes on. Safe to repeat and to run twice at once.

import type { Cases, CaseState } from '#modules/cases';
import type { Service } from '#catalog';
import type { CryptoPort } from '#platform/crypto';
import { systemAccess, type Access } from '#platform/access';
import type { Database, Tx } from '#platform/db';
import { invariant } from '#platform/errors';
import type { enqueue as enqueueJob } from '#platform/jobs';
import { cutPage, decodeCursor } from '#platform/page';
import { z } from 'zod';
import { lineContext } from './check.ts';
import { refuse, type RosterPeople } from './contract.ts';
import type { Listed } from './line.ts';
import * as store from './store.ts';

export type ItemsOptions = {
  readonly db: Database;
  readonly crypto: CryptoPort;
  readonly enqueue: typeof enqueueJob;
  readonly cases: {
    read(tx: Tx, caseId: string): Promise<CaseState | null>;
    readonly items: () => Cases['items'];
  };
  /** Person ids of listed people, who are made known where they are not. */
  readonly peopleOfList: (
    tx: Tx,
    list: readonly (Pick<Listed, 'name' | 'idDocument' | 'phone' | 'birthDay'> & { occupation: string | null })[],
    given: { readonly region: string; readonly synthetic: boolean },
  ) => Promise<readonly string[]>;
  readonly prepareList: (
    ...asked: Parameters<ItemsOptions['peopleOfList']>
  ) => Promise<(tx: Tx) => Promise<readonly string[]>>;
  /** Whether what is made here is of a demonstration. */
  readonly synthetic: boolean;
  /** What a stage of a person's case is called. */
  readonly stageZh: (serviceCode: string, stage: string) => string;
};

const openAtOnce = 25;
const pageLines = 50;
const attemptsMax = 25;
const payload = z.object({ caseId: z.string(), step: z.string() });

export function createItems(options: ItemsOptions) {
  const { db, crypto } = options;

  function ask(tx: Tx, task: string, caseId: string, step: string): void {
    options.enqueue(tx, task, { caseId, step }, { jobKey: `${task}:${caseId}:${step}`, maxAttempts: attemptsMax });
  }

  /** The case of a list has come to a step that its people take one by one. */
  function onItems(tx: Tx, _service: Service, state: CaseState, step: string): void {
    ask(tx, 'rosters.open_items', state.caseId, step);
  }

  /** The case of a person of a list has moved; whoever moved it does not see the list. */
  function onItem(tx: Tx, state: CaseState, stage: string): void {
    const hasEnded = state.status === 'ended';
    tx.asSystem().send(store.moveLine, [state.caseId, stage, hasEnded]);
    if (hasEnded && state.parentCaseId && state.itemOf) ask(tx, 'rosters.end_items', state.parentCaseId, state.itemOf);
  }

  async function openItems(caseId: string, step: string): Promise<void> {
    for (;;) {
      const parent = await db.transaction(systemAccess, (tx) => options.cases.read(tx, caseId));
      if (!parent?.active.some((one) => one.step === step)) return;
      const numbers = await options.cases.items().takeNumbers(parent.region, openAtOnce);
      const opened = await db.transaction(systemAccess, (tx) => openSome(tx, parent, step, numbers));
      if (opened === 0) break;
    }
    await endItems(caseId, step);
  }

  async function openSome(tx: Tx, parent: CaseState, step: string, numbers: readonly string[]): Promise<number> {
    const roster = await tx.maybe(store.selectOfCase, [parent.caseId]);
    if (!roster) return 0;
    const rosterId = roster.roster_id;
    const lines = (await tx.run(store.holdUnopened, [rosterId, numbers.length])).map(
      ({ line, content_sealed: sealed }) => ({
        line,
        listed: JSON.parse(crypto.open(lineContext(rosterId, line), sealed)) as Listed,
      }),
    );
    const people = lines.map(({ listed }) => ({ ...listed, occupation: null }));
    const given = { region: parent.region, synthetic: options.synthetic };
    const ids = await options.peopleOfList(tx, people, given);
    for (const [at, { line, listed }] of lines.entries()) {
      const [personId, caseNo] = [ids[at], numbers[at]];
      invariant(personId && caseNo, 'every line has its person and its number');
      const data = listed.post === '' ? {} : { listed_post: listed.post };
      const caseId = await options.cases.items().openOne(tx, parent, step, caseNo, { personId, data });
      tx.send(store.openLine, [rosterId, line, personId, caseId]);
    }
    return lines.length;
  }

  /**
   * The people of a case's list behind a line, for what is done for all of them without a case each: opened, and sealed anew where the
   * register does not know them; `keep` makes them known and says who they are. Null behind the last.
   */
  async function peopleOf(tx: Tx, caseId: string, after: number, limit: number, region: string) {
    const roster = await tx.maybe(store.selectOfCase, [caseId]);
    const rows = roster ? await tx.run(store.goodAfter, [roster.roster_id, after, limit]) : [];
    const last = rows.at(-1)?.line;
    if (!roster || last === undefined) return null;
    const lines = rows.map(({ line, name_mask: nameMask, content_sealed: sealed }) => {
      const listed = JSON.parse(crypto.open(lineContext(roster.roster_id, line), sealed)) as Listed;
      return { line, nameMask, listed };
    });
    const people = lines.map(({ listed }) => ({ ...listed, occupation: null }));
    const known = await options.prepareList(tx, people, { region, synthetic: options.synthetic });
    const keep = async (later: Tx) => {
      const ids = await known(later);
      return lines.map(({ line, nameMask, listed }, at) => {
        const personId = ids[at];
        invariant(personId, 'every line has its person');
        return { line, personId, nameMask, birthDay: listed.birthDay, post: listed.post };
      });
    };
    return { last, keep };
  }

  /** Once nobody is waited for any more. */
  async function endItems(caseId: string, step: string): Promise<void> {
    await db.transaction(systemAccess, async (tx) => {
      const roster = await tx.maybe(store.selectOfCase, [caseId]);
      const stages = roster ? await tx.run(store.stagesOf, [roster.roster_id]) : [];
      if (stages.some((one) => !one.ended)) return;
      const sum = (wanted: (outcome: string) => boolean) =>
        stages.filter((one) => wanted(one.outcome ?? '')).reduce((total, one) => total + one.count, 0);
      const joined = sum((outcome) => outcome === 'completed');
      const data = { people_done_count: joined, people_dropped_count: sum(() => true) - joined };
      await options.cases.items().end(tx, caseId, step, data);
    });
  }

  /** Who is on the list of a case and how far each has come, for the organisation that handed it in. */
  async function people(access: Access, caseId: string, cursor: string | undefined): Promise<RosterPeople> {
    const after = decodeCursor(z.number().int().nonnegative(), cursor) ?? 0;
    return db.transaction(access, async (tx) => {
      const roster = await tx.maybe(store.selectOfCase, [caseId]);
      if (!roster) throw refuse('rosters.not_found');
      const [stages, rows] = await Promise.all([
        tx.run(store.stagesOf, [roster.roster_id]),
        tx.run(store.peopleLines, [roster.roster_id, after, pageLines + 1]),
      ]);
      const zh = (outcome: string | null) => options.stageZh(roster.service_code, outcome ?? 'waiting');
      const page = cutPage(rows, pageLines, (last) => last.line);
      return {
        total: roster.good_count,
        leftOut: roster.bad_count,
        stages: stages.map(({ outcome, ended, count }) => ({ zh: zh(outcome), ended, count })),
        items: page.items.map((one) => ({ line: one.line, name: one.name_mask, stageZh: zh(one.outcome) })),
        nextCursor: page.nextCursor,
      };
    });
  }

  return {
    onItems,
    onItem,
    people,
    peopleOf,
    tasks: {
      'rosters.open_items': (raw: unknown) => {
        const { caseId, step } = payload.parse(raw);
        return openItems(caseId, step);
      },
      'rosters.end_items': (raw: unknown) => {
        const { caseId, step } = payload.parse(raw);
        return endItems(caseId, step);
      },
    },
  };
}
