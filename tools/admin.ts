// `node tools/bootstrap.mjs admin FILE`: makes the first administrators of an installation, once, and prints their invitations once.
// Without a file it prints what the file must hold. It must be run at the machine, by whoever has its database and key.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { administratorRoles, roles } from '#catalog';
import { isRegion } from '#catalog/regions';
import { createActs } from '#modules/administration';
import { createIdentity } from '#modules/identity';
import { addOrg } from '#modules/orgs';
import { createTrace } from '#modules/trace';
import { systemClock } from '#platform/clock';
import { readConfig } from '#platform/config';
import { createCrypto } from '#platform/crypto';
import { openDatabase } from '#platform/db';
import { Refusal } from '#platform/errors';
import { newId } from '#platform/ids';
import { SetupError } from '#platform/setup-error';
import { prepareDatabase } from '#wiring/database';

const person = z.strictObject({
  login: z.string().regex(/^[a-zA-Z0-9][a-zA-Z0-9._-]{2,59}$/),
  name: z.string().min(2).max(60),
  idNumber: z.string().min(6).max(30),
});
const fileSchema = z.strictObject({
  org: z.strictObject({
    code: z.string().min(1).max(60),
    name: z.string().min(2).max(120),
    region: z.string().refine(isRegion),
  }),
  system_administrator: z.array(person).min(1),
  security_administrator: z.array(person).min(2),
  audit_administrator: z.array(person).min(1),
});

const example = {
  org: { code: 'data_bureau', name: '某市数据管理局', region: '350200' },
  system_administrator: [{ login: 'zhang.san', name: '姓名', idNumber: '证件号码' }],
  security_administrator: [
    { login: 'li.si', name: '姓名', idNumber: '证件号码' },
    { login: 'wang.wu', name: '姓名', idNumber: '证件号码' },
  ],
  audit_administrator: [{ login: 'zhao.liu', name: '姓名', idNumber: '证件号码' }],
};

async function main(path: string | undefined): Promise<void> {
  if (path === undefined) {
    console.log(
      '把下面的内容填好，存成只有您能读的文件，再运行 node tools/bootstrap.mjs admin 文件；用完请删除这个文件。',
    );
    console.log('安全管理员至少两名：重要岗位要由一名提出、另一名复核。一个人只能担任其中一种。\n');
    console.log(JSON.stringify(example, null, 2));
    return;
  }
  const input = readFounders(path);
  const config = readConfig(process.env, []);
  const database = await prepareDatabase(config, join(import.meta.dirname, '..', 'db'), console.log);
  const db = openDatabase({ url: database.appUrl, poolSize: 2 });
  try {
    const crypto = createCrypto(database.keyring);
    const trace = createTrace(config.origin, crypto);
    const clock = systemClock();
    const nothing = async () => {};
    const identity = createIdentity({
      db,
      crypto,
      trace,
      clock,
      acts: createActs({ db, trace, crypto, clock }),
      publicUrl: config.publicUrl,
      demo: false,
      authorityOf: async () => null,
      sendCode: () => {},
      onRegistered: nothing,
      revealCase: async () => null,
      releaseTasks: nothing,
    });
    const founders = administratorRoles.flatMap((kind) => input[kind].map((one) => ({ kind, ...one })));
    const { code, name, region } = input.org;
    const made = await identity.foundAdministrators(founders, region, async (tx) => {
      const orgId = newId();
      addOrg(tx, { orgId, code, name, kind: 'data_bureau', region });
      return orgId;
    });
    console.log('首批管理员已设立。以下链接只显示这一次，72 小时内有效，请分别交给本人：\n');
    for (const one of made) console.log(`${roles[one.kind].zh}  ${one.name}（${one.login}）\n  ${one.link}\n`);
  } finally {
    await db.close();
    await database.stop();
  }
}

function readFounders(path: string): z.infer<typeof fileSchema> {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    throw new SetupError(`读不出文件 ${path}，应为 JSON。`, `Cannot read ${path} as JSON.`);
  }
  const parsed = fileSchema.safeParse(value);
  if (!parsed.success)
    throw new SetupError(`文件内容不对：${z.prettifyError(parsed.error)}`, 'The file is not as the example shows.');
  const all = administratorRoles.flatMap((kind) => parsed.data[kind]);
  if (new Set(all.map((one) => one.login.toLowerCase())).size < all.length)
    throw new SetupError('用户名不能重复。', 'Logins must differ.');
  return parsed.data;
}

try {
  await main(process.argv[2]);
} catch (error) {
  if (error instanceof Refusal) console.error(`${error.zh}${error.next}`);
  else console.error(error instanceof SetupError ? error.message : error);
  process.exitCode = 1;
}
