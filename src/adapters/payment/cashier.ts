// The simulated cashier: the page where a payer presses the button. It says on its face that no money moves.
import { yuanOfFen } from './bill.ts';

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ESCAPES[character] ?? '');
}

/** Only web addresses: the cashier must not be a way to run a script. */
export function safeReturnUrl(text: string | null): string | undefined {
  if (text === null || !URL.canParse(text)) return undefined;
  const url = new URL(text);
  return url.protocol === 'http:' || url.protocol === 'https:' ? url.href : undefined;
}

function page(title: string, body: string): string {
  return `<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>${title}</title>
<style>
body{margin:0;background:#f2f2f2;color:#111;font:18px/1.6 system-ui,sans-serif}
main{max-width:28rem;margin:0 auto;padding:1.5rem 1rem;text-align:center}
.note{background:#5a3d00;color:#fff;border-radius:.5rem;padding:.5rem 1rem}
.amount{font-size:2.5rem;font-weight:700;margin:.5rem 0}
button,a.button{box-sizing:border-box;display:block;width:100%;min-height:60px;line-height:60px;padding:0;border:0;border-radius:.5rem;background:#06702f;color:#fff;font-size:1.25rem;text-decoration:none}
a.plain{display:inline-block;min-height:44px;line-height:44px;margin-top:1rem;color:#0b57a4}
</style></head><body><main><h1>模拟支付</h1><p class="note">这是演示用的模拟收银台（simulator），不会真的扣款。</p>
${body}</main></body></html>`;
}

export type CashierView = {
  readonly description: string;
  readonly amountFen: number;
  readonly state: 'payable' | 'paid' | 'closed';
  readonly returnUrl: string | undefined;
};

const STATE_TEXT = { paid: '支付成功', closed: '订单已关闭或已过期，不能支付' } as const;

export function cashierPage(view: CashierView): string {
  const back = view.returnUrl === undefined ? undefined : escapeHtml(view.returnUrl);
  const facts = `<p>${escapeHtml(view.description)}</p><p class="amount">¥${yuanOfFen(view.amountFen)}</p>`;
  if (view.state === 'payable') {
    const cancel = back === undefined ? '' : `<a class="plain" href="${back}">暂不支付，返回</a>`;
    return page('模拟支付', `${facts}<form method="post"><button type="submit">确认支付</button></form>${cancel}`);
  }
  const link = back === undefined ? '' : `<a class="button" href="${back}">返回商户</a>`;
  return page(STATE_TEXT[view.state], `${facts}<p role="status">${STATE_TEXT[view.state]}</p>${link}`);
}

export type EntrustView = {
  readonly displayName: string;
  readonly state: 'PRESIGNED' | 'SIGNED' | 'TERMINATED';
  readonly returnUrl: string | undefined;
};

/** Where the payer signs the withholding contract, and may end it at the party's side. */
export function entrustPage({ displayName, state, returnUrl }: EntrustView): string {
  const back = returnUrl === undefined ? '' : `<a class="plain" href="${escapeHtml(returnUrl)}">返回商户</a>`;
  const facts = `<p>委托代扣：${escapeHtml(displayName)}</p><p>商户按您选的条件自动扣取日保保费，您随时可以关闭。</p>`;
  if (state === 'TERMINATED') return page('代扣已关闭', `${facts}<p role="status">代扣已关闭</p>${back}`);
  const button = state === 'SIGNED' ? '关闭代扣' : '同意并签约';
  const status = state === 'SIGNED' ? '<p role="status">已签约</p>' : '';
  return page(
    '模拟代扣签约',
    `${facts}${status}<form method="post"><button type="submit">${button}</button></form>${back}`,
  );
}

export function missingPage(): string {
  return page('订单不存在', '<p role="status">没有找到这笔订单</p>');
}
