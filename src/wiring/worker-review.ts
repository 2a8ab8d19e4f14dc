// What the review page adds to the answers before they are sent: what it will cost, who insures, and doubts that block nothing.

import { ageOn, fieldKind, formatYuan } from '#catalog/fields/index';
import { occupations, premiumOn } from '#catalog/rules/index';
import type { WorkerBackend } from '#apps/worker/backend';
import { subjectOf } from '#platform/access';
import { dayOf } from '#platform/calendar';
import type { Services } from './services.ts';

type Raw = Readonly<Record<string, unknown>>;

export function createReview(
  services: Services,
  regionOf: (raw: Raw, home: string) => string,
): WorkerBackend['review'] {
  const { catalogue, clock, drafts, identity, orgs, pricing } = services;

  return async (access, serviceCode) => {
    const service = catalogue.published(serviceCode)?.service;
    const [{ raw }, person] = await Promise.all([
      drafts.rawForm(access, serviceCode),
      identity.profile(subjectOf(access)),
    ]);
    const region = regionOf(raw, person?.region ?? services.region);
    const insurer = orgs.route('insurer_underwriter', region);
    const warnings: Record<string, string> = {};
    for (const [name, { kind, options }] of Object.entries(service?.fields ?? {})) {
      if (kind !== 'bank_card' || raw[name] === undefined) continue;
      const parsed = fieldKind(kind).parse(raw[name], options, { today: dayOf(clock.now()) });
      const warning = parsed.ok ? parsed.warnings[0] : undefined;
      if (warning) warnings[name] = warning.zh;
    }
    return {
      insurer: insurer === null ? null : orgs.orgName(insurer),
      total: person && service?.rules.includes('RT-DI-PREM') ? totalOf(raw, region, person.birthDay) : null,
      warnings,
    };
  };

  /** Null while what the price hangs on is not answered yet. */
  function totalOf(raw: Raw, region: string, birthDay: string): string | null {
    const { cover_from: from, work_type: said } = raw;
    const days = Number(raw['days']);
    const workType = occupations.find((one) => one === said);
    if (typeof from !== 'string' || !Number.isInteger(days) || days < 1 || workType === undefined) return null;
    const { value } = premiumOn(from, { age: ageOn(birthDay, from), days, workType }, region, {
      ...(pricing.subsidyMode ? { rateMeans: pricing.subsidyMode } : {}),
      sameDay: pricing.sameDay(region),
    });
    const yuan = (fen: number) => `${formatYuan(fen)} 元`;
    return `${days} 天，每天 ${yuan(value.grossFen / days)}，补贴 ${yuan(value.subsidyFen)}，应付 ${yuan(value.payableFen)}`;
  }
}
