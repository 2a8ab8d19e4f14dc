// The pages on which people act for each other, on the real modules. Translation only.

import type { PeopleBackend } from '#apps/worker/backend-people';
import type { AuthorityCard, CaseItem } from '#apps/worker/pages/model';
import { untilText } from '#apps/worker/pages/words';
import { authorityKinds, causes, relations, type AuthorityView } from '#contract/authorities';
import { subjectOf } from '#platform/access';
import { dayOf } from '#platform/calendar';
import { invariant } from '#platform/errors';
import type { CaseSummary } from '#modules/cases';
import { sessionMaxAgeSeconds } from '#modules/identity';
import type { Services } from './services.ts';

export function createPeoplePages(services: Services, toItem: (item: CaseSummary) => CaseItem): PeopleBackend {
  const { authorities, catalogue, clock, db, identity, reader } = services;

  const helpServices = () =>
    catalogue
      .publishedServices()
      .filter(({ audience }) => audience.includes('worker') || audience.includes('family'))
      .map(({ code, zh, summary, outcome }) => ({ code, zh, summary: summary ?? outcome.zh }));

  const card = (view: AuthorityView): AuthorityCard => ({
    authorityId: view.authorityId,
    agentName: view.agentName,
    principalName: view.principalName,
    kindZh: view.kindZh,
    stateZh: view.stateZh,
    services: view.services.map(({ zh }) => zh),
    createdAt: view.createdAt,
    untilDay: view.untilDay,
    reason: view.reason,
    live: view.state === 'active',
    disownable: view.state === 'active' || view.state === 'over',
  });

  return {
    helpServices,
    async acting(access) {
      const { onBehalf } = access;
      invariant(onBehalf, 'only an agent acts for somebody');
      const mine = await reader.mine(access, subjectOf(access), null);
      return {
        principalName: onBehalf.principalName,
        kindZh: authorityKinds[onBehalf.kind],
        untilText: untilText(onBehalf.untilAt, dayOf(clock.now())),
        services: helpServices().filter(({ code }) => onBehalf.services.includes(code)),
        cases: mine.items.map(toItem),
      };
    },
    async helping(access) {
      const { asAgent, asPrincipal } = await authorities.ofPerson(subjectOf(access));
      return { asAgent: asAgent.map(card), asPrincipal: asPrincipal.map(card) };
    },
    requestConsent: (access, input, address) => authorities.requestConsent(subjectOf(access), input, address),
    confirmConsent: (access, authorityId, code) => authorities.confirmConsent(subjectOf(access), authorityId, code),
    async requestByProof(access, { kind, relation, cause, ...input }) {
      await authorities.requestByProof(subjectOf(access), {
        ...input,
        kind: kind === 'guardianship' ? 'guardianship' : 'kinship',
        relation: keyIn(relations, relation),
        cause: keyIn(causes, cause),
      });
    },
    async startHelping(access, authorityId, oldToken) {
      const personId = subjectOf(access);
      const begun = await authorities.startActing(personId, authorityId, (tx) =>
        identity.beginActing(tx, { personId }, authorityId, oldToken),
      );
      return { token: begun.token, maxAgeSeconds: sessionMaxAgeSeconds };
    },
    async stopHelping(access, oldToken) {
      if (access.onBehalf?.agentKind !== 'worker' || access.actorId === null) {
        await identity.logout(oldToken);
        return null;
      }
      const personId = access.actorId;
      const own = await db.transaction(access, async (tx) =>
        identity.beginSession(tx.asSystem(), 'worker', { personId }, oldToken),
      );
      return { token: own.token, maxAgeSeconds: sessionMaxAgeSeconds };
    },
    endAuthority: (access, authorityId, disowned) => authorities.end(subjectOf(access), authorityId, disowned),
  };
}

/** What the page offered; anything else cannot have come from it. */
function keyIn<Key extends string>(words: Readonly<Record<Key, string>>, value: string): Key {
  const found = (Object.keys(words) as Key[]).find((key) => key === value);
  invariant(found, `${value} was offered`);
  return found;
}
