// The gate before a restored copy: it does not meet live outside parties until an operator has looked at what is in doubt and said so by
// name. What is on its way to the bank is asked about, never sent again; what the bank paid after the moment of the copy is listed.

import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { z } from 'zod';
import { systemAccess } from '#platform/access';
import type { Config } from '#platform/config';
import { newId } from '#platform/ids';
import { SetupError } from '#platform/setup-error';
import type { Services } from './services.ts';

const mark = z.object({
  backup: z.string(),
  /** The moment that the copy is of. */
  until: z.string(),
  restoredAt: z.string(),
  acceptedAt: z.string().nullable(),
  acceptedBy: z.string().nullable(),
});
export type RestoredMark = z.infer<typeof mark>;

const pathOf = (dataDir: string): string => join(dataDir, 'restored.json');

export function readMark(dataDir: string): RestoredMark | null {
  if (!existsSync(pathOf(dataDir))) return null;
  const parsed = mark.safeParse(JSON.parse(readFileSync(pathOf(dataDir), 'utf8')));
  if (parsed.success) return parsed.data;
  throw new SetupError(
    `${pathOf(dataDir)} 的内容不对，无法判断这份恢复出来的数据是否已经核对。请重新恢复一次。`,
    `${pathOf(dataDir)} is damaged, so it cannot be told whether this restored copy was reviewed. Restore it again.`,
  );
}

export function writeMark(dataDir: string, value: RestoredMark): void {
  const aside = `${pathOf(dataDir)}.part`;
  writeFileSync(aside, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600, flush: true });
  renameSync(aside, pathOf(dataDir));
}

/** At the start of the program. A demonstration whose parties are all simulators harms nobody. */
export function refuseUnreviewed(config: Pick<Config, 'dataDir' | 'demo' | 'ports'>): void {
  const found = readMark(config.dataDir);
  const isLive = !config.demo || Object.values(config.ports).some((port) => port !== null);
  if (!found || found.acceptedAt !== null || !isLive) return;
  throw new SetupError(
    `这是从备份 ${found.backup} 恢复到 ${found.until} 的数据，还没有核对在途付款，不能接通银行、支付和短信。` +
      '请先停掉原系统，运行 node tools/bootstrap.mjs restore --review 查看，再运行 node tools/bootstrap.mjs restore --accept 姓名。',
    `These data were restored from the backup ${found.backup} to ${found.until}; payouts on their way have not been reviewed. ` +
      'Stop the original, run node tools/bootstrap.mjs restore --review, then node tools/bootstrap.mjs restore --accept NAME.',
  );
}

export type Review = {
  /** On their way at that moment, with the bank's word of today. */
  readonly doubtful: readonly { reference: string; amountFen: number; caseId: string; state: string; bank: string }[];
  /** Booked by the bank since, unknown here. */
  readonly lost: readonly { reference: string; amountFen: number; bookedAt: string; cardTail: string }[];
};

export async function review(services: Pick<Services, 'money'>, found: RestoredMark): Promise<Review> {
  const { restored } = services.money;
  const doubtful = [];
  for (const { reference, amountFen, caseId, state } of await restored.doubtful()) {
    doubtful.push({ reference, amountFen, caseId, state, bank: (await restored.askBank(reference)).state });
  }
  const lost = (await restored.lostSince(found.until)).map(({ reference, amountFen, bookedAt, cardTail }) => ({
    reference,
    amountFen,
    bookedAt: bookedAt.toISOString(),
    cardTail,
  }));
  return { doubtful, lost };
}

/** Lets the copy go live. What waits to hand a batch to the bank is taken off the queue; the bank is asked instead. */
export async function accept(
  services: Pick<Services, 'money' | 'db' | 'trace' | 'clock'>,
  ownerUrl: string,
  found: RestoredMark,
  by: { readonly name: string; readonly lost: number },
): Promise<RestoredMark> {
  const client = new pg.Client({ connectionString: ownerUrl, application_name: 'gongdun-restore' });
  await client.connect();
  try {
    await client.query(
      `select graphile_worker.remove_job(key) from graphile_worker.jobs where key like 'payouts.submit:%'`,
    );
  } finally {
    await client.end();
  }
  const at = services.clock.now();
  await services.db.transaction(systemAccess, async (tx) => {
    services.money.restored.hold(tx);
    services.trace.record(tx, {
      eventId: newId(),
      type: 'restore.accepted',
      at,
      region: '',
      department: '',
      actorId: null,
      subjectId: null,
      body: { backup: found.backup, until: found.until, by: by.name, lost: by.lost },
    });
  });
  return { ...found, acceptedAt: at, acceptedBy: by.name };
}
