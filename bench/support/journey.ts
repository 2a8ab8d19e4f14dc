// A union application from the form to the card: the journey that the benchmarks walk, by the same calls as the HTTP routes make.

import { randomUUID } from 'node:crypto';
import { personGrant, workerAccess } from '#platform/access';
import { district, type BenchPerson, type Papers, type Staff, type World } from './world.ts';

/** UN-001 as a worker fills it in. */
export function application(papers: Papers): Record<string, unknown> {
  return {
    occupation: '网约配送员',
    main_platform: '示例平台（虚构）',
    start_month: '2025-05-01',
    usual_area: district,
    education: '高中中专',
    accept_charter: 'on',
    applicant_sign: { fileId: papers.signature },
    photo: [papers.photo],
  };
}

export type Desk = { readonly county: Staff; readonly township: Staff };

export function openDesk(world: World): Desk {
  return { county: world.staff('county_union'), township: world.staff('township_union') };
}

/** The calls of one journey, in order; each is one transaction. The case's id is known after the first. */
export function journeyOf(world: World, desk: Desk, person: BenchPerson): (() => Promise<unknown>)[] {
  const { cases } = world.services;
  const papers = person.papers[0];
  if (!papers) throw new Error('a journey needs papers');
  let caseId = '';
  const act = (by: Staff, step: string, outcome: string, data: Record<string, unknown>) => () =>
    cases.commandCase(by.access, by.actor, {
      requestId: randomUUID(),
      caseId,
      command: { type: 'act', step, outcome, data },
    });
  return [
    async () => {
      const { personId } = person;
      const actor = { kind: 'worker', id: personId, name: '张示例', grants: [personGrant(personId)] } as const;
      const input = { requestId: randomUUID(), serviceCode: 'UN-001', region: district, data: application(papers) };
      const answer = await cases.openCase(workerAccess(personId), actor, { personId, orgId: null }, input);
      caseId = answer.caseId;
      return answer;
    },
    act(desk.county, 'assign-union', 'region', { assign_note: '按常接单区域归口' }),
    act(desk.township, 'township-review', 'approve', { review_note: '材料齐全，同意接收' }),
    act(desk.county, 'county-record', 'single', {}),
  ];
}
