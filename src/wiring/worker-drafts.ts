// What a form begins with: what is known of the person, the case that it most likely means, and all that a returned claim held.

import { rawOf } from '#catalog/fields/index';
import { allFields } from '#catalog/form';
import type { WorkerBackend } from '#apps/worker/backend';
import { subjectOf, type Access } from '#platform/access';
import { dayOf } from '#platform/calendar';
import { declareRefusals } from '#platform/errors';
import type { CaseSummary } from '#modules/cases';
import type { DraftView } from '#modules/drafts';
import type { Services } from './services.ts';
import { fileIdsIn, toFileView } from './worker-words.ts';

const refuse = declareRefusals({
  'pages.no_service': { status: 404, zh: '没有这项服务，或它还没有开通。', next: '请到服务目录查看可以办理的事项。' },
});

export function createWorkerDrafts(services: Services): Pick<WorkerBackend, 'draft' | 'startDraft'> {
  const { identity, drafts, cases, reader, files, orgs, catalogue, clock } = services;

  async function draft(access: Access, serviceCode: string) {
    const found = await drafts.find(access, serviceCode);
    return found ? withKnown(access, serviceCode, found) : null;
  }

  async function startDraft(access: Access, serviceCode: string) {
    if (!catalogue.published(serviceCode)) throw refuse('pages.no_service');
    const started = await drafts.start(access, serviceCode);
    if (Object.keys({ ...started.answers, ...started.masks }).length > 0 || !(await giveBack(access, serviceCode)))
      return withKnown(access, serviceCode, started);
    return withKnown(access, serviceCode, (await drafts.find(access, serviceCode)) ?? started);
  }

  /** A claim that was returned begins with what it held, papers and card too, so that only what was wrong is done again. */
  async function giveBack(access: Access, serviceCode: string): Promise<boolean> {
    const service = catalogue.published(serviceCode)?.service;
    const entry = service?.workflow.entries[service.entry];
    if (!service || !entry) return false;
    const { items } = await reader.mine(access, subjectOf(access), null);
    const states = await Promise.all(
      items.filter((one) => one.status === 'open').map((one) => reader.state(access, one.caseId)),
    );
    const waits: readonly string[] = entry.waits ?? [entry.step];
    const returned = states.find(
      (one) => one.attached.includes(serviceCode) && one.active.some(({ step }) => waits.includes(step)),
    );
    if (!returned) return false;
    const held = Object.entries(allFields(service)).flatMap(([name, { kind, options }]) =>
      name in returned.data ? [[name, rawOf({ kind, options }, cases.unsealed(returned, name))]] : [],
    );
    await drafts.save(access, serviceCode, Object.fromEntries(held), { smsCodeVerified: true });
    return true;
  }

  /** Adds what is known already, with where it comes from, so that it is shown and not asked. */
  async function withKnown(access: Access, serviceCode: string, found: DraftView) {
    const fields = catalogue.published(serviceCode)?.service.fields ?? {};
    // What is registered of the principal is not shown to an agent.
    const profile = access.onBehalf ? undefined : await identity.profile(subjectOf(access));
    const prefill: Record<string, { value: unknown; from: string }> = {};
    for (const [name, { kind, concept, options }] of Object.entries(fields)) {
      if (concept === 'occupation' && profile?.occupation)
        prefill[name] = { value: profile.occupation, from: '您登记的资料' };
      if (kind === 'region' && profile) prefill[name] = { value: profile.region, from: '您登记的常住地区' };
      const org = concept === 'platform' && profile?.platformOrgId ? orgs.get(profile.platformOrgId) : undefined;
      if (org) prefill[name] = { value: { orgId: org.orgId, name: org.name }, from: '您登记的资料' };
      const cited = kind === 'case_ref' ? await citable(access, concept) : undefined;
      if (cited) prefill[name] = { value: cited.caseNo, from: `您最近的“${cited.serviceZh}”` };
      // What may begin today at the earliest most often does; what cannot be later than now has most often just happened.
      const { min, max }: { min?: unknown; max?: unknown } = Object(options);
      if (kind === 'date' && min === 'today') prefill[name] = { value: dayOf(clock.now()), from: '今天' };
      if (kind === 'datetime' && max === 'now') prefill[name] = { value: clock.now(), from: '现在的时间' };
    }
    const fileIds = Object.values(found.answers).flatMap(fileIdsIn);
    const described = await files.describe(access, fileIds);
    return {
      draftId: found.draftId,
      updatedAt: found.updatedAt,
      answers: found.answers,
      masks: found.masks,
      prefill,
      files: Object.fromEntries(described.map((one) => [one.fileId, toFileView(one)])),
    };
  }

  /** The person's latest case that a form may mean: the report of a claim, the purchase of a refund. */
  async function citable(access: Access, concept: string | undefined): Promise<CaseSummary | undefined> {
    const wanted: readonly string[] =
      concept === 'accident_report_no' ? ['DI-006'] : concept === 'policy_no' ? ['DI-001', 'DI-003'] : [];
    const mine = wanted.length > 0 ? await reader.mine(access, subjectOf(access), null) : { items: [] };
    return (
      mine.items.find((one) => wanted.includes(one.serviceCode) && one.status === 'open') ??
      mine.items.find((one) => wanted.includes(one.serviceCode))
    );
  }

  return { draft, startDraft };
}
