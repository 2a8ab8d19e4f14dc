// Money and cover on the worker's pages: what is owed, what is paid, which days are covered. Translation only.

import { formatYuan } from '#catalog/fields/index';
import { dailyCoverTerms } from '#catalog/services/daily-insurance/terms';
import type {
  CertificateModel,
  CoverAnswer,
  CoverModel,
  CoverNow,
  PaymentLink,
  PaymentModel,
} from '#apps/worker/pages/model';
import { momentText, untilText } from '#apps/worker/pages/words';
import { subjectOf, type Access } from '#platform/access';
import { dayOf } from '#platform/calendar';
import { declareRefusals } from '#platform/errors';
import type { Services } from './services.ts';

const refuse = declareRefusals({
  'pages.no_order': { status: 404, zh: '没有找到这笔缴费。', next: '请回到办件页面查看。' },
});

export function createWorkerAccount({ clock, cover: covers, money, reader }: Services) {
  const today = () => dayOf(clock.now());

  async function payments(access: Access, caseId: string): Promise<readonly PaymentLink[]> {
    const order = await money.payments.orderOf(access, caseId);
    return order
      ? [
          {
            caseId,
            amountFen: order.amountFen,
            stateText: order.stateZh,
            payable: order.state === 'created' || order.state === 'open',
          },
        ]
      : [];
  }

  async function ownOrder(access: Access, caseId: string) {
    const order = await money.payments.orderOf(access, caseId);
    if (!order) throw refuse('pages.no_order');
    return order;
  }

  async function payment(access: Access, caseId: string): Promise<PaymentModel> {
    const order = await ownOrder(access, caseId);
    const state = await reader.state(access, caseId);
    const amount = (name: string) => (typeof state.data[name] === 'number' ? formatYuan(state.data[name]) : null);
    const lines = [
      { zh: '保费总额', text: amount('gross_fen') },
      { zh: '财政补贴', text: amount('subsidy_fen') },
    ].flatMap((line) => (line.text ? [{ zh: line.zh, text: `${line.text} 元` }] : []));
    const states = {
      created: 'created',
      open: 'waiting',
      paid: 'paid',
      closed: 'closed',
      refunding: 'refunding',
      refunded: 'refunded',
    } as const;
    return {
      title: order.description,
      amountFen: order.amountFen,
      lines,
      state: states[order.state],
      stateText: order.stateZh,
      payUrl: order.payUrl,
      expiresText:
        order.state === 'open' || order.state === 'created'
          ? `请在${untilText(order.expiresAt, today())} 前支付`
          : null,
      caseId,
    };
  }

  async function refreshPayment(access: Access, caseId: string): Promise<void> {
    await ownOrder(access, caseId);
    await money.payments.refreshOrder(access, caseId);
  }

  async function coverNow(access: Access): Promise<CoverNow> {
    const now = clock.now();
    const found = await covers.coveredAt(subjectOf(access), now);
    const held = found.covered ? await covers.days(subjectOf(access), null) : null;
    const by = held?.items.find((day) => day.policyNo === found.policyNo)?.holder;
    return {
      covered: found.covered,
      text: found.covered
        ? `现在在保，到${untilText(found.endsAt ?? now, today())}${by ? `，由${by}为您投保` : ''}`
        : '可以按天投保，财政补贴一半保费',
      policyNo: found.policyNo,
      startsAt: found.startsAt,
      endsAt: found.endsAt,
    };
  }

  async function cover(access: Access, cursor: string | null): Promise<Omit<CoverModel, 'renewal'>> {
    const [now, days] = await Promise.all([coverNow(access), covers.days(subjectOf(access), cursor)]);
    return {
      now,
      days,
      buyService: 'DI-001',
      refundService: days.items.some((day) => day.refundable) ? 'DI-005' : null,
    };
  }

  async function coverAt(access: Access, instant: string): Promise<CoverAnswer> {
    const found = await covers.coveredAt(subjectOf(access), instant);
    return {
      at: instant,
      covered: found.covered,
      text: found.covered
        ? `${momentText(instant, today())} 在保，保单号 ${found.policyNo}${found.imported ? `（由旧系统“${found.imported.source}”导入，资料待核）` : ''}`
        : `${momentText(instant, today())} 没有保障`,
      policyNo: found.policyNo,
      evidence: found.evidence ? found.evidence.leafId : null,
    };
  }

  async function certificate(access: Access, policyNo: string): Promise<CertificateModel> {
    const one = await covers.groups.certificate(access, policyNo);
    const state = { ahead: '还没开始', running: '现在在保', over: '已经结束', released: '没有这份保障' }[one.standing];
    const reason = `由${one.holder}为您投保，您不用付款`;
    return {
      policyNo: one.policyNo,
      held: one.standing === 'ahead' || one.standing === 'running',
      stateZh: state,
      text: one.standing === 'released' ? '您已退出，或者单位已换人' : reason,
      rows: [
        { zh: '凭证号', text: one.policyNo },
        { zh: '投保单位', text: one.holder },
        { zh: '保险公司', text: one.insurer },
        { zh: '从业类别', text: one.workType },
        { zh: '保障时间', text: `${momentText(one.startsAt, today())} 至${untilText(one.endsAt, today())}` },
        { zh: '受益人', text: '没有指定，按法定继承' },
        { zh: '保费', text: `${formatYuan(one.premiumFen)} 元，其中财政补贴 ${formatYuan(one.subsidyFen)} 元` },
      ],
      terms: dailyCoverTerms.sections.map(({ zh, lines }) => ({
        zh,
        text: lines.join('').replaceAll('{insurer}', one.insurer),
      })),
      canLeave: one.standing === 'ahead',
      reportService: 'DI-006',
    };
  }

  return { payments, payment, refreshPayment, coverNow, cover, coverAt, certificate };
}
