// What imports ask of the others: who is registered, whose codes there are, what somebody has built upon, and whom to forget.

import type { Acts } from '#modules/administration';
import { idNumberIndex, isNameOf, type Identity } from '#modules/identity';
import { createImports, type ImportsOptions } from '#modules/imports';
import type { Orgs } from '#modules/orgs';
import { statement } from '#platform/db';

/** The first case that somebody had opened since. */
const casesSince = statement<[string[], string], { person_id: string; case_no: string }>(
  'wiring.cases_since',
  `select distinct on (person_id) person_id, case_no from case_state
   where person_id = any($1::uuid[]) and opened_at >= $2 order by person_id, opened_at`,
);

/** Of people whom run $2 made, those of whom nothing else is kept. */
const onlyImported = statement<[string[], string], { person_id: string }>(
  'wiring.only_imported',
  `select p.person_id from person p where p.person_id = any($1::uuid[]) and p.claimed
     and not exists (select 1 from membership m where m.person_id = p.person_id and (m.ended_on is null or m.import_run_id is distinct from $2))
     and not exists (select 1 from cover_policy c where c.person_id = p.person_id and c.import_run_id is distinct from $2)
     and not exists (select 1 from import_line l where l.person_id = p.person_id and l.import_run_id <> $2 and l.undone_at is null)
     and not exists (select 1 from import_line l where l.person_id = p.person_id and l.kept_because is not null)
     and not exists (select 1 from roster_line r where r.person_id = p.person_id)
     and not exists (select 1 from case_state s where s.person_id = p.person_id)
     and not exists (select 1 from authority a where a.principal_id = p.person_id)
     and not exists (select 1 from person_alias a where p.person_id in (a.person_id, a.root_id))`,
);

export function joinImports(
  options: Pick<ImportsOptions, 'db' | 'crypto' | 'clock' | 'trace' | 'synthetic'> & {
    readonly acts: Acts;
    readonly identity: Pick<Identity, 'byDocuments' | 'peopleOfList' | 'arrivedAmong' | 'forgetClaimed'>;
    readonly orgs: Pick<Orgs, 'route' | 'orgName' | 'byCode' | 'holds'>;
  },
) {
  const { crypto, identity, orgs } = options;
  return createImports({
    ...options,
    route: orgs.route,
    orgName: orgs.orgName,
    orgByCode: orgs.byCode,
    holds: orgs.holds,
    idIndex: (document) => idNumberIndex(crypto, document),
    isNameOf: (name, index) => isNameOf(crypto, name, index),
    known: identity.byDocuments,
    peopleOfList: identity.peopleOfList,
    builtOn: async (tx, personIds, madeIds, since) => {
      const opened = await tx.run(casesSince, [[...personIds], since]);
      const arrived = madeIds.length > 0 ? await identity.arrivedAmong(tx, madeIds) : [];
      return new Map([
        ...arrived.map((id) => [id, '本人已经用手机登记，看得到这份记录'] as const),
        ...opened.map((row) => [row.person_id, `导入之后已有办件（${row.case_no}）`] as const),
      ]);
    },
    forget: async (tx, personIds, runId) => {
      const ids = (await tx.run(onlyImported, [[...personIds], runId])).map((row) => row.person_id);
      if (ids.length > 0) identity.forgetClaimed(tx, ids);
    },
  });
}
