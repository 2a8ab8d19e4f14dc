// Sending a form without losing the page: no double posts, a refusal is told in place, a page that comes back replaces this one,
// and without a network the phone keeps what it may keep.

import { request, textIn, type Reply } from './http.ts';
import { all, say, valueOf } from './dom.ts';
import { forget, forgetAll, sendLater } from './drafts.ts';
import { sendSignatures } from './sign.ts';

let pressed: HTMLButtonElement | null = null;

function bodyOf(form: HTMLFormElement): FormData | string {
  const data = new FormData(form);
  if (pressed !== null && pressed.form === form && pressed.name !== '') data.append(pressed.name, pressed.value);
  if (form.enctype === 'multipart/form-data') return data;
  const pairs: string[] = [];
  data.forEach((value, name) => {
    if (typeof value === 'string') pairs.push(`${encodeURIComponent(name)}=${encodeURIComponent(value)}`);
  });
  return pairs.join('&');
}

function busy(form: HTMLFormElement, is: boolean): void {
  form.classList.toggle('busy', is);
  form.setAttribute('aria-busy', String(is));
}

function replacePage(html: string): void {
  document.open();
  document.write(html);
  document.close();
}

function settle(form: HTMLFormElement, reply: Reply): void {
  const next = reply.status === 200 ? textIn(reply, 'location') : '';
  if (next !== '') {
    if (form.action.endsWith('/logout')) forgetAll();
    forget(form);
    location.assign(next);
    return;
  }
  if (/html/.test(reply.type)) {
    replacePage(reply.text);
    return;
  }
  busy(form, false);
  say(form, `${textIn(reply, 'zh') || '没有成功。'}${textIn(reply, 'next')}`, true);
}

async function send(form: HTMLFormElement): Promise<void> {
  busy(form, true);
  const unsigned = await sendSignatures(form);
  if (unsigned !== null) {
    busy(form, false);
    say(form, unsigned, true);
    return;
  }
  const body = bodyOf(form);
  const reply = navigator.onLine ? await request('POST', form.action, body) : null;
  if (reply !== null) {
    settle(form, reply);
    return;
  }
  busy(form, false);
  const kept = typeof body === 'string' && sendLater(form, valueOf(form, 'request_id'), body);
  say(
    form,
    kept
      ? '网络不通。内容已经存在手机里，网络恢复后自动提交一次。'
      : '网络不通，没有发出去。内容还在页面上，请等网络恢复后再点一次。',
    !kept,
  );
}

export function startSending(): void {
  document.addEventListener('click', (event) => {
    const target = event.target instanceof Element ? event.target.closest('button') : null;
    pressed = target;
  });
  all<HTMLFormElement>('form[data-enhance]').forEach((form) => {
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      if (!form.classList.contains('busy')) void send(form);
    });
  });
  // Back from the next page, as it was left: it may be sent again.
  addEventListener('pageshow', () => all<HTMLFormElement>('form.busy').forEach((form) => busy(form, false)));
}
