// Seconds to check a list of 100,000 people and to make or find each of them: an Excel file through the real check (read, judged, matched
// with the register, kept sealed, reported), then persons by the hundred. The cover that a group buys (DI-002) is not there yet, so this
// prints no figure for the whole of the way.

import { strToU8, zipSync } from 'fflate';
import { makeResidentId, syntheticRegion } from '#catalog/fields/index';
import { roleGrant, systemAccess, type Access } from '#platform/access';
import { invariant } from '#platform/errors';
import { newId } from '#platform/ids';
import { addStaff } from '#modules/identity';
import { numberOption, type BenchContext } from '#tools/bench-context';
import { createWorld } from './support/world.ts';

export const about = 'seconds to check a list of 100,000 people and to make them known (--lines)';

const chunk = 1_000;

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

export async function run(context: BenchContext): Promise<void> {
  const lines = numberOption(context.args, 'lines', 100_000);
  const database = await context.startDatabase();
  const world = await createWorld(database, context.folder, { poolSize: 4 });
  context.keep(world.stop);
  const { services, db } = world;
  const orgId = world.orgIds[0];
  invariant(orgId, 'the world has an organisation');
  const staffId = newId();
  await db.transaction(systemAccess, async (tx) =>
    addStaff(tx, services.crypto, {
      staffId,
      login: 'bench',
      name: '测试',
      orgId,
      passwordHash: 'none',
      totpSecret: 'A',
    }),
  );
  const access: Access = { kind: 'staff', actorId: staffId, grants: [roleGrant('enterprise', orgId)] };
  const people = Array.from({ length: lines }, (_, at) => person(at));
  const bytes = workbookOf(people);
  context.say(`${lines} people in ${(bytes.length / 1_048_576).toFixed(1)} MB of .xlsx`);

  const used = process.cpuUsage();
  const startedMs = performance.now();
  const upload = { serviceCode: 'UN-002', field: 'worker_list', role: null, orgId: null, previousId: null };
  const { rosterId } = await services.rosters.upload(access, { ...upload, requestId: newId(), name: 'a.xlsx', bytes });
  await services.rosters.tasks['rosters.check']({ rosterId });
  const report = await services.rosters.view(access, rosterId);
  invariant(report.state === 'checked' && report.good === lines, `${report.good} of ${lines} are good`);
  const checkedMs = performance.now();
  for (let from = 0; from < people.length; from += chunk) {
    const list = people.slice(from, from + chunk).map(({ name, number, phone, birthDay }) => {
      const idDocument = { type: 'resident_id', number } as const;
      return { name, idDocument, phone, birthDay, occupation: null };
    });
    const given = { region: '350203', synthetic: true };
    const ids = await db.transaction(systemAccess, (tx) => services.identity.peopleOfList(tx, list, given));
    invariant(new Set(ids).size === list.length, 'everybody is somebody');
  }
  const endedMs = performance.now();
  const { user, system } = process.cpuUsage(used);
  const seconds = (ms: number) => Number((ms / 1_000).toFixed(2));
  context.emit('check_seconds', seconds(checkedMs - startedMs), 's');
  context.emit('people_seconds', seconds(endedMs - checkedMs), 's');
  context.emit('cpu_seconds', seconds((user + system) / 1_000), 's');
}
