// Seconds until a list of 100,000 people is insured: an Excel file through the real check (read, judged, matched with the register, kept
// sealed, reported), each person made or found, the insurer told of everybody, and a day bound for each. The company's payment is taken as
// confirmed; its way is measured nowhere here. Messages to the people follow afterwards and are not counted.

import { strToU8, zipSync } from 'fflate';
import { fieldKinds, makeResidentId, syntheticRegion } from '#catalog/fields/index';
import { roleGrant, systemAccess, type Access } from '#platform/access';
import { dayOf } from '#platform/calendar';
import { invariant } from '#platform/errors';
import { newId } from '#platform/ids';
import type { Actor } from '#modules/cases';
import { addStaff } from '#modules/identity';
import { addOrg, addOrgRole } from '#modules/orgs';
import { numberOption, type BenchContext } from '#tools/bench-context';
import type { Services } from '#wiring/services';
import { cpuTimes } from './support/cpu.ts';
import { createWorld, district, type World } from './support/world.ts';

export const about = 'seconds until a list of 100,000 people is checked and insured (--lines)';

type Person = { readonly name: string; readonly number: string; readonly phone: string; readonly birthDay: string };

function person(index: number): Person {
  const birthDay = new Date(Date.UTC(1970, 0, 1) + (index % 10_000) * 86_400_000).toISOString().slice(0, 10);
  const number = makeResidentId(syntheticRegion, birthDay, 500 + Math.floor(index / 10_000));
  const letters = '赵钱孙李周吴郑王冯陈伟芳娜敏静强磊洋勇艳';
  const name = [index, index / 20, index / 400].map((at) => letters[Math.floor(at) % letters.length]).join('');
  return { name, number, phone: `199${String(index).padStart(8, '0')}`, birthDay };
}

/** As an office program writes it: a title, a header in the third row, every text in its cell. */
function workbookOf(people: readonly Person[]): Buffer {
  const cells = (row: number, texts: readonly string[]): string =>
    `<row r="${row}">${texts.map((text, at) => `<c r="${'ABCDE'[at]}${row}" t="inlineStr"><is><t>${text}</t></is></c>`).join('')}</row>`;
  const rows = [
    cells(1, ['人员名单']),
    cells(3, ['序号', '姓名', '身份证号', '手机号', '岗位']),
    ...people.map((one, at) => cells(at + 4, [String(at + 1), one.name, one.number, one.phone, '网约配送员'])),
  ];
  const sheet = `<worksheet><sheetData>${rows.join('')}</sheetData></worksheet>`;
  const parts = {
    'xl/workbook.xml': '<workbook xmlns:r="r"><sheets><sheet name="名单" sheetId="1" r:id="rId1"/></sheets></workbook>',
    'xl/_rels/workbook.xml.rels':
      '<Relationships><Relationship Id="rId1" Target="worksheets/sheet1.xml"/></Relationships>',
    'xl/worksheets/sheet1.xml': sheet,
  };
  return Buffer.from(zipSync(Object.fromEntries(Object.entries(parts).map(([name, text]) => [name, strToU8(text)]))));
}

/** The company that hands in the list, and the insurer that takes the people. */
async function makeOrgs({ services, db }: World): Promise<Company> {
  const orgId = newId();
  const insurerId = newId();
  const staffId = newId();
  const region = district;
  await db.transaction(systemAccess, async (tx) => {
    addOrg(tx, { orgId, code: 'BENCH-company', name: '示例公司（虚构）', kind: 'company', region, synthetic: true });
    addOrg(tx, {
      orgId: insurerId,
      code: 'BENCH-insurer',
      name: '示例保险（虚构）',
      kind: 'insurer',
      region,
      synthetic: true,
    });
    addOrgRole(tx, { orgId, role: 'enterprise', region });
    for (const role of ['insurer_underwriter', 'insurer_finance'] as const)
      addOrgRole(tx, { orgId: insurerId, role, region });
    addStaff(tx, services.crypto, {
      staffId,
      login: 'bench',
      name: '测试',
      orgId,
      passwordHash: 'none',
      totpSecret: 'A',
    });
  });
  await services.orgs.load();
  const grants = [roleGrant('enterprise', orgId)];
  return {
    orgId,
    access: { kind: 'staff', actorId: staffId, grants },
    actor: { kind: 'staff', id: staffId, name: '测试', grants },
  };
}

type Company = { readonly orgId: string; readonly access: Access; readonly actor: Actor };

/** The application as a clerk fills it in, for tomorrow. */
function formFor(services: Services, rosterId: string): Record<string, unknown> {
  const day = dayOf(new Date(Date.parse(services.clock.now()) + 86_400_000).toISOString());
  return {
    org_uscc: fieldKinds.uscc.example({}, 1),
    cover_date: day,
    daily_roster: { rosterId },
    work_type: '网约配送员',
    payer_share: '单位',
    cutoff_ack: true,
    people_agree: true,
    read_clause: true,
  };
}

export async function run(context: BenchContext): Promise<void> {
  const lines = numberOption(context.args, 'lines', 100_000);
  const database = await context.startDatabase();
  const world = await createWorld(database, context.folder, { poolSize: 4 });
  context.keep(world.stop);
  const { services } = world;
  const { orgId, access, actor } = await makeOrgs(world);
  const bytes = workbookOf(Array.from({ length: lines }, (_, at) => person(at)));
  context.say(`${lines} people in ${(bytes.length / 1_048_576).toFixed(1)} MB of .xlsx`);

  const marks = [{ ms: performance.now(), cpu: cpuTimes(database.pid) }];
  const mark = () => void marks.push({ ms: performance.now(), cpu: cpuTimes(database.pid) });

  const upload = { serviceCode: 'DI-002', field: 'daily_roster', role: null, orgId: null, previousId: null };
  const { rosterId } = await services.rosters.upload(access, { ...upload, requestId: newId(), name: 'a.xlsx', bytes });
  await services.rosters.tasks['rosters.check']({ rosterId });
  const report = await services.rosters.view(access, rosterId);
  invariant(report.state === 'checked' && report.good === lines, `${report.good} of ${lines} are good`);
  mark();

  const { caseId } = await services.cases.openCase(
    access,
    actor,
    { personId: null, orgId },
    { requestId: newId(), serviceCode: 'DI-002', region: district, data: formFor(services, rosterId) },
  );
  await services.tasks['cover.group']({ caseId, step: 'eligibility' });
  mark();

  const order = await services.money.payments.orgOrderOf(access, caseId);
  invariant(order, 'the company is asked to pay');
  const paid = { transactionId: 'bench', amountFen: order.amountFen, paidAt: services.clock.now() };
  await services.money.payments.acceptByNo(order.orderNo, paid);
  for (const step of ['underwrite', 'issue']) await services.tasks['cover.group']({ caseId, step });
  const group = await services.cover.groups.view(access, caseId);
  invariant(group.state === 'done' && group.bound === lines, `${group.bound} of ${lines} are insured`);
  mark();

  const seconds = (ms: number) => Number((ms / 1_000).toFixed(2));
  const names = ['check', 'people', 'cover'];
  for (const [at, name] of names.entries()) {
    const [from, to] = [marks[at], marks[at + 1]];
    invariant(from && to, 'each part was timed');
    context.emit(`${name}_seconds`, seconds(to.ms - from.ms), 's');
    context.emit(`${name}_node_cpu`, seconds((to.cpu.nodeUs - from.cpu.nodeUs) / 1_000), 's');
    if (to.cpu.postgresUs !== null && from.cpu.postgresUs !== null)
      context.emit(`${name}_postgres_cpu`, seconds((to.cpu.postgresUs - from.cpu.postgresUs) / 1_000), 's');
  }
  context.emit('seconds', seconds((marks.at(-1)?.ms ?? 0) - (marks[0]?.ms ?? 0)), 's');
}
