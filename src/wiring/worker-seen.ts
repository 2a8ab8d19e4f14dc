// Who has seen what of me: looks at cases, files and documents together with unmasked values, as one list. Translation only.

import type { AccessItem } from '#apps/worker/pages/model';
import { encodeCursor, type Page } from '#platform/page';
import type { Services } from './services.ts';

const whatZh = { case: '打开了办件', file: '查看了办件里的文件', document: '查看了办件的文书' } as const;
const pageSize = 20;

export function createSeen({ identity, accesses, catalogue }: Services) {
  return async (personId: string, cursor: string | null): Promise<Page<AccessItem>> => {
    // Each list gives its newest after the cursor: the newest of both are among them.
    const [opened, unmasked] = await Promise.all([
      accesses.listOf(personId, cursor ?? undefined, pageSize),
      identity.whoHasSeen(personId, cursor ?? undefined, pageSize),
    ]);
    const serviceZh = (code: string) => catalogue.published(code)?.service.zh ?? code;
    const all = [
      ...opened.items.map((one) => ({
        id: one.accessId,
        at: one.at,
        who: one.who,
        what: `${whatZh[one.kind]} ${one.caseNo}`,
        why: `办理“${serviceZh(one.serviceCode)}”`,
      })),
      ...unmasked.items.map((one) => ({
        id: one.seenId,
        at: one.at,
        who: `${one.orgName} ${one.staffName}`,
        what: `查看了完整的${one.fieldZh}`,
        why: one.reason,
      })),
    ].toSorted((a, b) => Date.parse(b.at) - Date.parse(a.at) || (a.id < b.id ? 1 : -1));
    const shown = all.slice(0, pageSize);
    const last = shown.at(-1);
    const isMore = all.length > pageSize || opened.nextCursor !== null || unmasked.nextCursor !== null;
    return {
      items: shown.map(({ id: _id, ...item }) => item),
      nextCursor: isMore && last ? encodeCursor([last.at, last.id]) : null,
    };
  };
}
