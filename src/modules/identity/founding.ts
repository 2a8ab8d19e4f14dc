// The first administrators of an installation, made by a command at the machine itself, once: somebody must be there before anybody
// can be invited. Each gets an invitation like everybody else; their roles are given here, because nobody could give them yet.

import type { AdministratorRole } from '#catalog';
import type { By } from '#modules/administration';
import { dayOf } from '#platform/calendar';
import { statement, type Tx } from '#platform/db';
import { newId } from '#platform/ids';
import { idNumberIndex } from './person.ts';
import { refuse } from './staff-contract.ts';
import { lockAdministrators, type StaffDeskOptions } from './staff-desk.ts';
import { changeStaffRole, foldLogin } from './staff-login.ts';
import * as store from './staff-store.ts';

export type Founder = {
  readonly kind: AdministratorRole;
  readonly login: string;
  readonly name: string;
  readonly idNumber: string;
};
export type Founded = {
  readonly login: string;
  readonly name: string;
  readonly kind: AdministratorRole;
  readonly link: string;
};

const anyAdministrator = statement<[], { one: number }>(
  'identity.any_administrator',
  `select 1 as one from staff where kind <> 'business' and closed_at is null limit 1`,
);

const hours = 72;

export function createFounding(options: StaffDeskOptions) {
  const { acts, clock, crypto, sessionClock, trace } = options;

  /** `org` writes the organisation in which the administrators sit, in the same transaction, and gives its id. */
  async function foundAdministrators(
    founders: readonly Founder[],
    region: string,
    org: (tx: Tx) => Promise<string>,
  ): Promise<readonly Founded[]> {
    const by: By = { staffId: null, role: 'installation', orgId: null, region };
    const requestId = newId();
    const tokenOf = (login: string) => acts.secretOf(`founding:${login}`, by, requestId);
    await acts.once({
      by,
      requestId,
      type: 'administrators_founded',
      content: founders.map(({ kind, login }) => ({ kind, login })),
      work: async (tx) => {
        await lockAdministrators(tx);
        if (await tx.maybe(anyAdministrator, [])) throw refuse('identity.already_founded');
        const orgId = await org(tx);
        for (const one of founders) await invite(tx, one, orgId, region, tokenOf(foldLogin(one.login)));
        const title = `安装命令设立首批管理员：${founders.map(({ name }) => name).join('、')}`;
        return { title, orgId, body: { kinds: founders.map(({ kind }) => kind) }, answer: null };
      },
    });
    return founders.map(({ kind, login, name }) => ({
      kind,
      login: foldLogin(login),
      name,
      link: `${options.publicUrl}/desk/invitation#${tokenOf(foldLogin(login))}`,
    }));
  }

  async function invite(tx: Tx, one: Founder, orgId: string, region: string, token: string): Promise<void> {
    const staffId = newId();
    const login = foldLogin(one.login);
    const document = { type: 'resident_id' as const, number: one.idNumber };
    const index = idNumberIndex(crypto, document);
    const at = clock.now();
    if (!(await tx.maybe(store.inviteStaff, [staffId, login, one.name, orgId, one.kind, index, at])))
      throw refuse('identity.person_has_account');
    const now = sessionClock.now();
    const expiresAt = new Date(Date.parse(now) + hours * 3_600_000).toISOString();
    const hash = crypto.digest('staff_link', token);
    tx.send(store.insertLink, [newId(), staffId, 'invitation', hash, null, now, expiresAt]);
    const grant = { staffId, role: one.kind, orgId, fromDay: dayOf(at), untilDay: null };
    changeStaffRole(tx, trace, { ...grant, at, region, actorId: null });
  }

  return { foundAdministrators };
}
