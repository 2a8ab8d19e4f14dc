// A person who has agreed to everything that is asked, as after some months of use.

import { randomUUID } from 'node:crypto';
import { isAsked, purposes } from '#catalog/purposes';
import type { Services } from '#wiring/services';
import { systemAccess } from '#platform/access';

export async function agreeToAll({ privacy }: Pick<Services, 'privacy'>, personId: string): Promise<void> {
  for (const { code, version } of purposes.filter(isAsked))
    await privacy.decide(systemAccess, personId, { purpose: code, version, given: true, requestId: randomUUID() });
}
