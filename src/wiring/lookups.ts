// What the wiring itself looks up where two modules meet: staff by their roles, and who sees whom. No module owns these questions.

import { statement } from '#platform/db';

export const selectSeesPerson = statement<[string], { one: number }>(
  'wiring.sees_person',
  'select 1 as one from case_state where person_id = any(ids_of($1)) limit 1',
);
export const selectStaffName = statement<[string], { name: string }>(
  'wiring.staff_name',
  'select name from staff where staff_id = $1',
);

export const selectColleagues = statement<[string, string, string], { staffId: string; name: string }>(
  'wiring.colleagues',
  `select distinct f.staff_id as "staffId", f.name
   from roles_on($3::date) r join staff f on f.staff_id = r.staff_id
   where r.org_id = $2 and r.role = $1 and f.active order by f.name, f.staff_id limit 500`,
);

/** Tasks taken up by somebody who may not act in them any more: gone, suspended, without the role, or no longer standing in. */
export const selectStranded = statement<[string, string | null], { caseId: string; step: string }>(
  'wiring.stranded_tasks',
  `select t.case_id as "caseId", t.step
   from case_task t left join staff f on f.staff_id = t.assignee_id
   where t.assignee_id is not null and ($2::uuid is null or t.assignee_id = $2)
     and (f.active is not true or not exists (select 1 from roles_on($1::date) r
       where r.staff_id = t.assignee_id and r.role = t.role and r.org_id = t.org_id))
   order by t.case_id, t.step limit 2000`,
);

/** Who acts for this person in this case, under an authority that still holds; of several the one that was given last. */
export const selectCaseAgent = statement<[string, string, string], { agent_id: string }>(
  'wiring.case_agent',
  `select a.agent_id from case_state s join authority a on 'authority:' || a.authority_id = any(s.readers)
   where s.case_id = $1 and a.principal_id = $2 and a.agent_id is not null and a.state = 'active' and a.until_at > $3
   order by a.from_at desc limit 1`,
);
