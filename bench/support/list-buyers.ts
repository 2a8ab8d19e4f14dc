// Companies that insure the people of lists while a server serves: a list is uploaded, checked, looked at, paid and bound by the
// program's own doors and jobs, at a steady number of people a second. Each list is due at its instant whether or not the ones before are
// done. The payment party's word is given at once; its way is measured elsewhere.

import { fieldKinds, makeResidentId, syntheticRegion } from '#catalog/fields/index';
import { roleGrant, type Access } from '#platform/access';
import { dayOf } from '#platform/calendar';
import { invariant } from '#platform/errors';
import { newId } from '#platform/ids';
import type { Actor } from '#modules/cases';
import type { Services } from '#wiring/services';

export type Buying = { stop(): Promise<void> };

const pollMs = 100;
const waitMs = 120_000;

export function startBuying(
  services: Services,
  given: {
    readonly orgId: string;
    readonly staffId: string;
    readonly region: string;
    readonly perSecond: number;
    readonly listPeople: number;
  },
): Buying {
  const { orgId, staffId, region, perSecond, listPeople } = given;
  const grants = [roleGrant('enterprise', orgId)];
  const access: Access = { kind: 'staff', actorId: staffId, grants };
  const actor: Actor = { kind: 'staff', id: staffId, name: '测试', grants };
  const everyMs = (listPeople / perSecond) * 1_000;
  const startMs = performance.now();
  const going = new Set<Promise<void>>();
  let failure: unknown = null;
  let lists = 0;

  async function buy(nth: number): Promise<void> {
    const bytes = listOf(nth * listPeople, listPeople);
    const upload = { serviceCode: 'DI-002', field: 'daily_roster', role: null, orgId: null, previousId: null };
    const { rosterId } = await services.rosters.upload(access, {
      ...upload,
      requestId: newId(),
      name: `名单-${nth}.csv`,
      bytes,
    });
    await until('the check of a list', async () => (await services.rosters.view(access, rosterId)).state === 'checked');
    const day = dayOf(new Date(Date.parse(services.clock.now()) + 86_400_000).toISOString());
    const data = {
      org_uscc: fieldKinds.uscc.example({}, 1),
      cover_date: day,
      daily_roster: { rosterId },
      work_type: '网约配送员',
      payer_share: '单位',
      cutoff_ack: true,
      people_agree: true,
      read_clause: true,
    };
    const opened = { requestId: newId(), serviceCode: 'DI-002', region, data };
    const { caseId } = await services.cases.openCase(access, actor, { personId: null, orgId }, opened);
    const order = await until('the order of a list', () => services.money.payments.orgOrderOf(access, caseId));
    const paid = { transactionId: `bench-${nth}`, amountFen: order.amountFen, paidAt: services.clock.now() };
    await services.money.payments.acceptByNo(order.orderNo, paid);
    await until('a bound list', async () => (await services.cover.groups.view(access, caseId)).state === 'done');
  }

  const timer = setInterval(() => {
    for (; performance.now() >= startMs + lists * everyMs; lists += 1) {
      const one: Promise<void> = buy(lists)
        .catch((error: unknown) => {
          failure ??= error;
        })
        .finally(() => going.delete(one));
      going.add(one);
    }
  }, 20);
  return {
    stop: async () => {
      clearInterval(timer);
      await Promise.all(going);
      if (failure) throw failure;
    },
  };
}

async function until<Found>(what: string, found: () => Promise<Found | null | undefined | false>): Promise<Found> {
  const endMs = performance.now() + waitMs;
  for (;;) {
    const value = await found();
    if (value) return value;
    invariant(performance.now() < endMs, `${what} did not come within ${waitMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
}

function listOf(from: number, count: number): Buffer {
  const lines = ['序号,姓名,身份证号,手机号,岗位'];
  for (let index = from; index < from + count; index += 1) {
    const birthDay = new Date(Date.UTC(1970, 0, 1) + (index % 10_000) * 86_400_000).toISOString().slice(0, 10);
    // Numbers of the city count up from the front of a day's sequence.
    const number = makeResidentId(syntheticRegion, birthDay, 500 + Math.floor(index / 10_000));
    const name = [index, index / 20, index / 400].map((at) => letters[Math.floor(at) % letters.length]).join('');
    lines.push(`${index + 1},${name},${number},198${String(index).padStart(8, '0')},网约配送员`);
  }
  return Buffer.from(`${lines.join('\n')}\n`);
}

const letters = '赵钱孙李周吴郑王冯陈伟芳娜敏静强磊洋勇艳';
