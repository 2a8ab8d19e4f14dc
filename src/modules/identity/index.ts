// The door of identity: everything that others use of people, staff, sessions and access.

import type { Acts } from '#modules/administration';
import type { Trace } from '#modules/trace';
import { systemClock, type Clock } from '#platform/clock';
import type { CryptoPort } from '#platform/crypto';
import type { Database } from '#platform/db';
import { createClaimed } from './claimed.ts';
import { createFounding } from './founding.ts';
import { createGuard } from './guard.ts';
import { identityRoutes } from './http.ts';
import { oidcRoutes } from './oidc-http.ts';
import { createKnown } from './known.ts';
import { createPeople, type PeopleOptions } from './people.ts';
import { createSessions, type SessionsOptions } from './sessions.ts';
import { createStaffAccounts } from './staff-accounts.ts';
import { staffRoutes } from './staff-http.ts';
import { createStaffClerks } from './staff-clerks.ts';
import { createStaffKeys } from './staff-keys.ts';
import { createStaffLinks } from './staff-links.ts';
import { createStaffLogin } from './staff-login.ts';
import { createStaffOidc } from './staff-oidc.ts';
import { ownRoutes } from './staff-own-http.ts';
import { createStaffOwn } from './staff-own.ts';
import { createStaffRoles } from './staff-roles.ts';
import { createStaffSubjects } from './staff-subjects.ts';
import type { IdentityProvider } from './ports.ts';
import { createStepUp } from './step-up.ts';
import { createSubstitutions, lendWith } from './substitutions.ts';
import { createSweep } from './sweep.ts';
import { createWorkerLogin, type WorkerLoginOptions } from './worker-login.ts';

export { keyProofOf } from './staff-key-proof.ts';
export { byOf as actingAs } from './staff-desk.ts';
export { checkCsrf, requireStaff, requireWorker, type Guard } from './guard.ts';
export { sessionMaxAgeSeconds } from './limits.ts';
export { hashPassword, newTotpSecret, totpCode } from './password.ts';
export {
  checkRegistration,
  foldName,
  idNumberIndex,
  idNumberIndexes,
  maskName,
  maskPerson,
  isNameOf,
  nameIndex,
  personContext,
  personRow,
  type NewPerson,
  type Person,
  type PersonRow,
} from './person.ts';
export type { RevealedCase, UnmaskInput } from './people.ts';
export type { NewSession, Session, Staff, StaffRole, StaffSession, WorkerSession } from './sessions.ts';
export {
  addStaff,
  changeStaffRole,
  sealTotpSecret,
  totpContext,
  type NewStaff,
  type StaffRoleChange,
} from './staff-login.ts';
/** For the synthetic city, whose people came from a list too. */
export { listedRow, type ListedPerson } from './claimed.ts';
export type { KnownPerson } from './known.ts';
export type { CodeMessage, CodePurpose, VerifiedCode } from './worker-login.ts';

export type IdentityOptions = {
  readonly db: Database;
  readonly crypto: CryptoPort;
  readonly trace: Trace;
  readonly acts: Acts;
  /** The demonstration's time: legal days, ages, what is traced. */
  readonly clock: Clock;
  /** Real time, for sessions and codes; the machine's unless a test says otherwise. */
  readonly sessionClock?: Clock;
  readonly publicUrl: string;
  readonly demo: boolean;
  readonly sendCode: WorkerLoginOptions['sendCode'];
  readonly onRegistered: WorkerLoginOptions['onRegistered'];
  readonly onPhoneLost?: WorkerLoginOptions['onPhoneLost'];
  readonly revealCase: PeopleOptions['revealCase'];
  /** Gives what somebody had taken up back to the office; called after the account is closed. */
  readonly releaseTasks: (staffId: string) => Promise<void>;
  readonly authorityOf: SessionsOptions['authorityOf'];
  /** The staff's own identity provider, when one is connected. */
  readonly provider?: IdentityProvider | null;
  /** Whoever approves money must have a key for it. */
  readonly keysRequired?: boolean;
};

export type Identity = ReturnType<typeof createIdentity>;

export function createIdentity(options: IdentityOptions) {
  const sessionClock = options.sessionClock ?? systemClock();
  const sessions = createSessions({ ...options, sessionClock });
  const guard = createGuard({ sessions, publicUrl: options.publicUrl });
  const login = createWorkerLogin({ ...options, sessionClock, sessions });
  const people = createPeople(options);
  const functions = {
    ...login,
    ...createStepUp({
      ...options,
      sessions,
      login,
      phoneOf: async (tx, personId) => (await people.personIn(tx, personId))?.phone,
    }),
    ...createStaffLogin({ ...options, sessionClock, sessions }),
    ...people,
    ...createClaimed(options),
    ...createKnown(options),
  };
  const deskOptions = { ...options, sessionClock, sessions };
  const oidc = createStaffOidc({ ...options, sessionClock, sessions });
  const subjects = createStaffSubjects({ ...deskOptions, issuer: options.provider?.port.issuer ?? null });
  const keys = createStaffKeys({ ...deskOptions, keysRequired: options.keysRequired ?? false });
  const own = createStaffOwn({ ...deskOptions, canUseKeys: keys.canUseKeys });
  const lend = lendWith(options);
  const staffRoles = createStaffRoles({ ...deskOptions, lend });
  const accounts = createStaffAccounts({ ...deskOptions, hasProvider: Boolean(options.provider) });
  const desk = {
    ...accounts,
    ...createFounding(deskOptions),
    ...createStaffClerks({ ...deskOptions, accounts }),
    ...staffRoles,
    ...createStaffLinks(deskOptions),
    ...createSubstitutions({ ...deskOptions, staffRoles, lend }),
  };
  return {
    ...functions,
    ...desk,
    ...oidc,
    ...subjects,
    keys,
    ...own,
    sessionOf: sessions.sessionOf,
    isSteppedUp: sessions.isSteppedUp,
    beginSession: sessions.begin,
    beginActing: sessions.beginActing,
    logout: sessions.logout,
    revokeAll: sessions.revokeAll,
    endSessionsOf: sessions.endAllOfPerson,
    forgetSessions: sessions.forget,
    sweep: createSweep({ db: options.db, sessionClock }),
    guard,
    routes: identityRoutes({ identity: functions, sessions, guard, clock: options.clock, demo: options.demo }),
    staffRoutes: staffRoutes({ desk, guard }),
    ownRoutes: ownRoutes({ own, keys }),
    oidcRoutes: oidcRoutes({ oidc, subjects, guard, isHttps: options.publicUrl.startsWith('https:') }),
  };
}
