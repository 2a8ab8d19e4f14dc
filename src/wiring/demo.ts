// What a demonstration has and nothing else does: an inbox of the messages "sent", a clock that can be moved, and the logins of the
// city's people. None of this is made outside of demonstration mode.

import { totpCode } from '#modules/identity';
import type { DemoAccount as CityAccount } from '#city';
import type { DemoTools } from '#apps/worker/backend';
import { tourFirst } from './demo-accounts.ts';
import type { DemoAccount } from './desk-routes.ts';
import { keepClock } from './first-run.ts';
import type { Parties } from './parties.ts';
import type { Services } from './services.ts';

const deadlinesAtOnce = 2_000;
const inboxMax = 100;

export type Demo = DemoTools & { accounts(): readonly DemoAccount[] };

export function createDemo(services: Services, parties: Parties, accounts: readonly CityAccount[]): Demo {
  return {
    inbox: async () =>
      (parties.simulators.sms?.messages({ limit: inboxMax }) ?? []).map((one) => ({
        to: one.phone,
        text: one.text,
        at: one.at,
      })),
    advance: async (milliseconds) => {
      services.clock.setOffsetMs(services.clock.offsetMs() + milliseconds);
      await keepClock(services);
      // What fell due meanwhile happens before the page comes back, so that it is seen.
      await services.cases.runDueDeadlines(deadlinesAtOnce);
    },
    accounts: () =>
      tourFirst(accounts).map(({ totpSecret, ...account }) => ({ ...account, totp: totpCode(totpSecret, Date.now()) })),
  };
}
