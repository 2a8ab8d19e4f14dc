// Auto-renewal on the worker's pages: the mandate in words, where it is signed, and each renewal with its reason. Translation only.

import { formatYuan } from '#catalog/fields/index';
import type { RenewalModel } from '#apps/worker/pages/model';
import { dayText } from '#apps/worker/pages/words';
import { workerAccess } from '#platform/access';
import { dayOf } from '#platform/calendar';
import type { Services } from './services.ts';

const service = 'DI-003';
const triggerZh = { daily: '每天', weekdays: '周一至周五', order: '每天第一次接单时' } as const;
const stateZh = { charging: '正在扣款', bound: '已续保', failed: '没有续保', refunded: '已退款' } as const;

const stoppedZh = [
  '自动续保停下了',
  '您撤回了它需要的同意，不再扣款，也没有自动保障。想继续，请到“我的 → 个人信息”里重新同意。',
];

export function createWorkerRenewal({ clock, cover, money, catalogue }: Services) {
  async function renewal(personId: string, cursor: string | null): Promise<RenewalModel> {
    const access = workerAccess(personId);
    const [found, page] = await Promise.all([
      cover.renewals.mandateOf(access, personId),
      cover.renewals.list(access, personId, cursor),
    ]);
    const days = {
      nextCursor: page.nextCursor,
      items: page.items.map((one) => ({
        day: one.day,
        stateZh: stateZh[one.state],
        taken: one.state !== 'failed',
        amountFen: one.payable_fen,
        subsidyFen: one.subsidy_fen,
        why: one.reason ? `${one.why}；${one.reason}` : one.why,
      })),
    };
    const startService = catalogue.published(service) && (!found || found.state === 'ended') ? service : null;
    if (!found)
      return {
        running: false,
        ended: false,
        stateZh: '还没有签自动续保',
        text: '签一次，以后按您选的日子自动买第二天的保障，随时可以停。',
        signUrl: null,
        caseHref: null,
        startService,
        rows: [],
        days,
      };
    // Whoever comes back from signing sees what the party says now.
    if (found.state === 'signing') await money.debits.refreshContract(access, found.case_id);
    const mandate = found.state === 'signing' ? ((await cover.renewals.mandateOf(access, personId)) ?? found) : found;
    const today = dayOf(clock.now());
    const resting = mandate.paused_until !== null && mandate.paused_until > today;
    const stopped = mandate.stopped_at !== null && (mandate.state === 'active' || mandate.state === 'paused');
    const told = stopped
      ? stoppedZh
      : {
          signing: ['等您签代扣协议', '签好以后，从第二天开始续保。'],
          active: resting
            ? ['本月上限已到', `${dayText(mandate.paused_until ?? today, today)}恢复；现在不扣款，也没有自动保障。`]
            : [
                '自动续保中',
                mandate.trigger === 'order'
                  ? '当天第一次接单时扣款，扣款成功起保障。'
                  : '前一天 18 点起扣下一天的保费。',
              ],
          paused: ['自动续保已暂停', '上一次扣款没有成功，暂停期间没有自动保障；补足余额后请到办件里点“继续”。'],
          ended: ['自动续保已停止', '不再扣款；已扣款的那天仍然保障。'],
        }[mandate.state];
    return {
      running: mandate.state === 'active' && !resting && !stopped,
      ended: mandate.state === 'ended',
      stateZh: told[0] ?? '',
      text: told[1] ?? '',
      signUrl: await money.debits.signUrlOf(access, mandate.case_id),
      caseHref: `/m/cases/${mandate.case_id}`,
      startService,
      rows: [
        { zh: '什么时候买', text: triggerZh[mandate.trigger] },
        { zh: '每月最多扣', text: `${formatYuan(mandate.monthly_cap_fen)} 元` },
        { zh: '本月已扣', text: `${formatYuan(mandate.usedFen)} 元` },
        { zh: '从业类别', text: mandate.work_type },
      ],
      days,
    };
  }

  /** One line for the home page; null for whoever has none. */
  async function renewalLine(personId: string): Promise<string | null> {
    const mandate = await cover.renewals.mandateOf(workerAccess(personId), personId);
    if (!mandate || mandate.state === 'ended') return null;
    if (mandate.stopped_at !== null) return '自动续保停下了：您撤回了同意';
    const today = dayOf(clock.now());
    if (mandate.paused_until !== null && mandate.paused_until > today) return '自动续保：本月上限已到';
    return {
      signing: '自动续保：等您签代扣协议',
      active: '自动续保中',
      paused: '自动续保已暂停，没有保障',
    }[mandate.state];
  }

  return { renewal, renewalLine };
}
