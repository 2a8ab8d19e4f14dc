// What erases, brought up: connections that take on the role of the eraser, and the list outside of the database by which a restored copy
// forgets again what had been forgotten. The list holds numbers only.

import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Config } from '#platform/config';
import { openDatabase } from '#platform/db';
import { eraserRole } from '#platform/migrate';
import { retentionClasses } from '#catalog/retention';
import { maskName } from '#modules/identity';
import {
  createEraser,
  createErasures,
  createHolds,
  type ErasedItem,
  type Eraser,
  type Erasures,
} from '#modules/privacy';
import type { Services } from './services.ts';

const line = z.object({ kind: z.enum(['case', 'loose', 'person']), id: z.uuid() });
const name = 'erased.jsonl';

/** Beside the data and, where there are backups, with them: the data's folder is what a restore replaces. */
function listsOf(config: Pick<Config, 'dataDir' | 'backup'>): readonly string[] {
  return [config.dataDir, ...(config.backup ? [config.backup.dir] : [])].map((folder) => join(folder, name));
}

async function append(path: string, text: string): Promise<void> {
  const file = await open(path, 'a', 0o600);
  try {
    await file.write(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Wishes and decisions, for the phone and the desk. */
export function joinErasures({ db, acts, trace, clock, config, catalogue, identity }: Services): Erasures {
  return createErasures({
    db,
    acts,
    trace,
    clock,
    waitDays: config.erasureWaitDays,
    serviceZh: (code) => catalogue.published(code)?.service.zh ?? code,
    maskedName: async (tx, personId) => maskName((await identity.personIn(tx, personId))?.name ?? ''),
  });
}

export type OpenEraser = Eraser & { close(): Promise<void> };

export function openEraser(
  services: Pick<Services, 'config' | 'crypto' | 'trace' | 'clock' | 'files' | 'acts'>,
  ownerUrl: string,
): OpenEraser {
  const { config, crypto, trace, clock, files, acts } = services;
  const db = openDatabase({ url: ownerUrl, poolSize: 2, applicationName: 'gongdun-eraser', role: eraserRole });
  const eraser = createEraser({
    db,
    crypto,
    trace,
    clock,
    holds: createHolds({ db, acts, clock, maskedName: async () => '' }),
    removeBlob: files.removeWhole,
    note: async (item) => {
      for (const path of listsOf(config)) {
        mkdirSync(join(path, '..'), { recursive: true });
        await append(path, `${JSON.stringify(item)}\n`);
      }
    },
    looksKeptYears: retentionClasses.processing_record.years ?? 3,
  });
  return { ...eraser, close: () => db.close() };
}

/** Every number that went, once; a line that a crash cut short was no erasure yet. */
export function readErased(config: Pick<Config, 'dataDir' | 'backup'>): readonly ErasedItem[] {
  const items = new Map<string, ErasedItem>();
  for (const path of listsOf(config)) {
    if (!existsSync(path)) continue;
    for (const text of readFileSync(path, 'utf8').split('\n')) {
      const parsed = line.safeParse(jsonOf(text));
      if (parsed.success) items.set(`${parsed.data.kind}/${parsed.data.id}`, parsed.data);
    }
  }
  return [...items.values()];
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
