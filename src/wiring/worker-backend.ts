// The worker's pages on the real modules: sessions, drafts, cases, cover, payments, messages. Translation only; what is decided is
// decided in the modules, under the worker's own access.

import type { Service } from '#catalog';
import { acceptedZh, fieldKind } from '#catalog/fields/index';
import { allFields, fileProblems } from '#catalog/form';
import { demonstrationRegion, isWithin, regionFullName } from '#catalog/regions';
import type { Message, HomeModel, LifeEvent, CaseItem, ServiceCard, DueItem } from '#apps/worker/pages/model';
import { untilText } from '#apps/worker/pages/words';
import type { Member } from '#modules/membership';
import type { WorkerBackend } from '#apps/worker/backend';
import { subjectOf, type Access } from '#platform/access';
import { dayOf } from '#platform/calendar';
import { declareRefusals } from '#platform/errors';
import type { Actor, CaseSummary } from '#modules/cases';
import { maskPerson } from '#modules/identity';
import type { Services } from './services.ts';
import { openedAndMasked, toFileView } from './worker-words.ts';
import { createWorkerAccount } from './worker-account.ts';
import { createCardCheck } from './worker-card.ts';
import { createConditions } from './worker-conditions.ts';
import { createWorkerDrafts } from './worker-drafts.ts';
import { createPoints } from './worker-points.ts';
import { createPeoplePages } from './worker-people.ts';
import { createPrivacyPages } from './worker-privacy.ts';
import { createReview } from './worker-review.ts';
import { createWorkerRenewal } from './worker-renewal.ts';
import { createSeen } from './worker-seen.ts';
import { createAccountPages } from './worker-own-account.ts';
import { createStepUpPages } from './worker-step-up.ts';
import { createRegistration } from './worker-registration.ts';

const refuse = declareRefusals({
  'pages.message_gone': { status: 404, zh: '没有找到这条消息。', next: '请回到消息列表。' },
  'pages.signature_phone': { status: 409, zh: '没有找到您登记的手机号。', next: '请到就近的工会服务站更新手机号。' },
});

/** Where a phrase of life leads. */
const lifeEvents: readonly { code: string; zh: string; services: readonly string[] }[] = [
  { code: 'accident', zh: '出事了、受伤了', services: ['DI-006', 'DI-007', 'DI-008', 'DI-009', 'DI-010'] },
  { code: 'rights', zh: '被扣钱、受委屈、想问律师', services: ['DS-001', 'DS-002', 'DS-003', 'DS-004'] },
  { code: 'cover', zh: '买保障、改保单、退保障', services: ['DI-001', 'DI-003', 'DI-004', 'DI-005'] },
  { code: 'union', zh: '加入工会', services: ['UN-001', 'UN-004', 'UN-005'] },
];

/** What most people come for, on the first page; everything else is one press away. */
const homeServices = ['DI-001', 'DI-003', 'DI-007', 'DS-001', 'DS-002', 'UN-001'];

/** What offices and companies begin at the desk has no form on a phone. */
const onPhone = (service: Service) => service.channels.includes('mobile');

export function createWorkerBackend(services: Services): WorkerBackend {
  const { identity, drafts, cases, reader, notices, documents, files, orgs, catalogue, clock, db } = services;

  const account = createWorkerAccount(services);
  const renewals = createWorkerRenewal(services);
  const privacy = createPrivacyPages(services);
  const registration = createRegistration(services);
  const seen = createSeen(services);

  const actorOf = ({ actorId, grants, onBehalf }: Access): Actor => ({
    kind: onBehalf?.agentKind ?? 'worker',
    id: actorId,
    name: onBehalf?.agentName ?? '',
    grants,
    ...(onBehalf ? { onBehalf } : {}),
  });

  // ---- who is here

  async function session(token: string) {
    const found = await identity.sessionOf(token, 'worker');
    if (found?.kind !== 'worker') return null;
    const { access } = found;
    // An agent sees nothing of the principal's account, not even where the person lives.
    if (access.onBehalf) return { access, name: found.name, region: services.region, csrf: found.csrf, unread: 0 };
    const [profile, unread] = await Promise.all([identity.profile(found.personId), notices.unread(found.personId)]);
    return {
      access,
      name: profile?.name ?? '',
      region: profile?.region ?? demonstrationRegion,
      csrf: found.csrf,
      unread,
    };
  }

  // ---- what there is

  const card = (service: Service): ServiceCard => ({
    code: service.code,
    zh: service.zh,
    summary: service.summary ?? service.outcome.zh,
  });

  async function directory(query: string): Promise<readonly LifeEvent[]> {
    const wanted = query.trim().toLowerCase();
    // People type whole sentences as well as words: 我被扣钱了 finds 扣钱.
    const said = (word: string) => word.length > 1 && wanted.includes(word);
    const published = catalogue.publishedServices().filter(onPhone);
    const matches = (service: Service) =>
      wanted === '' ||
      [service.zh, service.summary ?? '', service.code, ...(service.keywords ?? [])].some((text) =>
        text.toLowerCase().includes(wanted),
      ) ||
      (service.keywords ?? []).some((text) => said(text.toLowerCase()));
    const placed = new Set(lifeEvents.flatMap((event) => event.services));
    const rest = {
      code: 'other',
      zh: '其他',
      services: published.filter((service) => !placed.has(service.code)).map((service) => service.code),
    };
    return [...lifeEvents, rest]
      .map((event) => ({
        code: event.code,
        zh: event.zh,
        services: event.services.flatMap((code) =>
          published.filter((service) => service.code === code && matches(service)).map(card),
        ),
      }))
      .filter((event) => event.services.length > 0);
  }

  async function home(access: Access): Promise<HomeModel> {
    const [profile, coverState, mine, renewal] = await Promise.all([
      identity.profile(subjectOf(access)),
      account.coverNow(access),
      reader.mine(access, subjectOf(access), null),
      renewals.renewalLine(subjectOf(access)),
    ]);
    const items = mine.items;
    return {
      name: profile?.name ?? '',
      cover: coverState,
      renewal,
      due: items.flatMap((item) => dueOf(item)),
      doing: items
        .filter((item) => item.status === 'open')
        .slice(0, 5)
        .map(toItem),
      services: homeServices.flatMap((code) =>
        catalogue
          .publishedServices()
          .filter((one) => one.code === code)
          .map(card),
      ),
      reportService: 'DI-006',
      buyService: 'DI-001',
    };
  }

  function dueOf(item: CaseSummary): DueItem[] {
    const href = `/m/cases/${item.caseId}`;
    if (item.status === 'open' && item.mineNow) {
      return [
        {
          href,
          title: item.serviceZh,
          text: `${item.caseNo}，轮到您：${item.statusText}`,
          dueText: item.dueAt ? `请在${untilText(item.dueAt, dayOf(clock.now()))} 前办` : '',
          light: item.light,
        },
      ];
    }
    return item.canRate ? [{ href, title: item.serviceZh, text: '办完了，请评价', dueText: '', light: 'green' }] : [];
  }

  function toItem(item: CaseSummary): CaseItem {
    return {
      caseId: item.caseId,
      caseNo: item.caseNo,
      serviceZh: item.serviceZh,
      statusText: item.statusText,
      whose: item.mineNow ? '您' : (item.officeZh ?? ''),
      dueText: item.dueAt ? `${untilText(item.dueAt, dayOf(clock.now()))} 前` : '',
      light: item.light,
      status: item.status,
      at: item.openedAt,
    };
  }

  // ---- applying

  async function saveDraft(access: Access, serviceCode: string, answers: Readonly<Record<string, unknown>>) {
    await privacy.requireFor(access, serviceCode, answers);
    const proof = await proveTyped(access, answers);
    return drafts.save(access, serviceCode, answers, proof);
  }

  /** A typed signature stands only with the SMS code that was sent for it. */
  async function proveTyped(access: Access, answers: Readonly<Record<string, unknown>>) {
    for (const value of Object.values(answers)) {
      if (typeof value === 'object' && value !== null && 'smsCode' in value && typeof value.smsCode === 'string') {
        await identity.proveSignature(await signerPhone(access), value.smsCode);
        return { smsCodeVerified: true };
      }
    }
    return {};
  }

  /** Who signs: an agent signs for himself; at a window it is the worker who is there. */
  async function signerPhone(access: Access): Promise<string> {
    const signer = access.onBehalf?.agentKind === 'worker' ? (access.actorId ?? '') : subjectOf(access);
    const profile = await identity.profile(signer);
    if (!profile) throw refuse('pages.signature_phone');
    return profile.phone;
  }

  async function submit(access: Access, serviceCode: string, requestId: string) {
    const { draftId, raw } = await drafts.rawForm(access, serviceCode);
    const profile = await identity.profile(subjectOf(access));
    const region = regionOfCase(raw, profile?.region ?? services.region);
    const { caseId } = await cases.openCase(
      access,
      actorOf(access),
      { personId: subjectOf(access), orgId: null },
      { requestId, serviceCode, region, data: raw },
      // A typed signature was proven when it was saved into the draft.
      { smsCodeVerified: true },
      async (tx, opened) => {
        await services.privacy.require(tx, subjectOf(access), serviceCode);
        if (access.onBehalf) await services.authorities.hold(tx, access.onBehalf.authorityId);
        await drafts.finish(tx, draftId, opened);
      },
    );
    return caseId;
  }

  /** The county in which the work is done, if the form names one of this city; else where the person lives. */
  function regionOfCase(raw: Readonly<Record<string, unknown>>, fallback: string): string {
    for (const name of ['work_region', 'usual_area']) {
      const value = raw[name];
      if (typeof value === 'string' && services.isRegion(value) && isWithin(value, services.region)) return value;
    }
    return isWithin(fallback, services.region) ? fallback : services.region;
  }

  // ---- cases

  async function caseView(access: Access, caseId: string) {
    const [view, links] = await Promise.all([
      reader.view(access, actorOf(access), caseId),
      account.payments(access, caseId),
    ]);
    return { view, payments: links, links: view.serviceCode === 'DI-003' ? await renewalLinks(access, caseId) : [] };
  }

  /** Signing is the person's own turn, though the case waits for what the bank says of it. */
  async function renewalLinks(access: Access, caseId: string) {
    const unsigned = await services.money.debits.signUrlOf(access, caseId);
    return [{ href: '/m/renewal', zh: unsigned ? '去签代扣协议' : '看自动续保：每次扣款', first: unsigned !== null }];
  }

  /** What a field does not take is said where it was chosen, not at the end of the form. */
  async function attachFile(access: Access, serviceCode: string, name: string, fileId: string) {
    const field = allFields(catalogue.published(serviceCode)?.service ?? { fields: {}, materials: {} })[name];
    await privacy.requireFor(access, serviceCode, { [name]: fileId });
    const [file] = await files.describe(access, [fileId]);
    if (field && file) {
      const [wrong] = fileProblems(
        { [name]: field },
        { [name]: { fileIds: [fileId] } },
        new Map([[fileId, file.mediaType]]),
      );
      if (wrong)
        return [{ ...wrong, zh: `“${file.name}”没有收下：这里只收${acceptedZh(field.options)}，请换一个文件。` }];
    }
    return drafts.changeFiles(access, serviceCode, name, (ids) => [...new Set([...ids, fileId])]);
  }

  function toMessage(one: {
    noticeId: string;
    title: string;
    text: string;
    at: string;
    readAt: string | null;
    caseId: string | null;
  }): Message {
    return {
      messageId: one.noticeId,
      title: one.title,
      text: one.text,
      at: one.at,
      read: one.readAt !== null,
      caseId: one.caseId,
    };
  }

  return {
    session,
    people: createPeoplePages(services, toItem),
    privacy,
    stepUp: createStepUpPages(services),
    account: createAccountPages(services, registration),
    ...registration,
    logout: (token) => identity.logout(token),
    home,
    directory,
    service: (code) => {
      const service = catalogue.published(code)?.service;
      return service && onPhone(service) ? service : null;
    },
    servicePoints: createPoints(services),
    conditions: createConditions(services),
    reportService: () => 'DI-006',
    searchOrganisations: async (query, concept) =>
      orgs
        .search(query, concept === 'platform' ? 'platform_company' : concept === 'hospital' ? 'hospital' : undefined)
        .map((org) => ({ orgId: org.orgId, name: org.name, note: regionFullName(org.region) ?? '' })),
    ...createWorkerDrafts(services),
    saveDraft,
    attachFile,
    detachFile: async (access, serviceCode, field, fileId) => {
      await drafts.changeFiles(access, serviceCode, field, (ids) => ids.filter((id) => id !== fileId));
    },
    requestSignatureCode: async (access) => {
      const phone = await signerPhone(access);
      const { waitSeconds } = await identity.requestCode(phone, `person:${access.actorId}`, 'sign');
      return { phoneMasked: fieldKind('phone').mask(phone), waitSeconds };
    },
    review: createReview(services, regionOfCase),
    submit,
    submitted: async (access, requestId) => (await cases.answered(access, requestId))?.caseId ?? null,
    cases: async (access, cursor) => {
      const page = await reader.mine(access, subjectOf(access), services.readCursor(cursor));
      return { items: page.items.map(toItem), nextCursor: page.nextCursor };
    },
    caseView,
    given: async (access, caseId) => openedAndMasked((await reader.state(access, caseId)).data),
    command: async (access, caseId, command, requestId) => {
      await cases.commandCase(access, actorOf(access), { requestId, caseId, command });
    },
    rate: async (access, caseId, rating, requestId) => {
      await cases.rateCase(actorOf(access), { requestId, caseId, ...rating });
    },
    upload: async (access, upload) =>
      toFileView(await files.store(access, { name: upload.name, bytes: Buffer.from(upload.bytes) })),
    file: async (access, fileId) => {
      const found = await files.read(access, fileId);
      return { name: found.name, mediaType: found.mediaType, bytes: found.content };
    },
    document: async (access, documentId) => ({ html: await documents.print(access, documentId) }),
    documentPdf: (access, documentId) => documents.printPdf(access, documentId),
    payment: account.payment,
    refreshPayment: account.refreshPayment,
    cover: async (access, cursor) => ({
      ...(await account.cover(access, cursor)),
      renewal: await renewals.renewalLine(subjectOf(access)),
    }),
    renewal: (access, cursor) => renewals.renewal(subjectOf(access), cursor),
    coverAt: account.coverAt,
    certificate: account.certificate,
    leaveCover: (access, policyNo) => services.cover.groups.leave(access, policyNo),
    messages: async (access, cursor) => {
      const page = await notices.list(subjectOf(access), cursor ?? undefined);
      return { items: page.items.map(toMessage), nextCursor: page.nextCursor };
    },
    openMessage: async (access, messageId) => {
      const found = await notices.open(subjectOf(access), messageId);
      if (!found) throw refuse('pages.message_gone');
      return toMessage(found);
    },
    markAllRead: (access) => notices.markAllRead(subjectOf(access)),
    checkCard: createCardCheck(services),
    profile: async (access) => {
      const memberText = ({ unionOrgId, memberNo, imported }: Member) =>
        `${orgs.orgName(unionOrgId)}，会员编号 ${memberNo}${imported ? `（${imported.on} 由旧系统“${imported.source}”导入，资料待核）` : ''}`;
      const found = await identity.profile(subjectOf(access));
      const member = await db.transaction(access, (tx) => services.membership.activeMember(tx, subjectOf(access)));
      if (!found) return { merged: false, rows: [] };
      const masked = maskPerson(found);
      return {
        merged: (await services.merges.ofPerson(subjectOf(access))).length > 0,
        rows: [
          { zh: '姓名', text: masked.name },
          { zh: '证件号码', text: masked.idNumber },
          { zh: '手机号', text: masked.phone },
          { zh: '地区', text: regionFullName(found.region) ?? found.region },
          {
            zh: '会籍',
            text: member ? memberText(member) : '还没有入会',
          },
          ...(member ? [{ zh: '会员证核验码', text: `${member.cardCode}（出示会员证时给对方核验）` }] : []),
        ],
      };
    },
    whoSawMyData: (access, cursor) => seen(subjectOf(access), cursor),
  };
}
