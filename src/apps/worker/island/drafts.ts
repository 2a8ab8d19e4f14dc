// What is typed stays in the phone until the server has it, and what could not be sent is sent once when the network is back.
// Only forms that the server marked with a draft key; sensitive fields never carry one.

import { request, textIn, type Reply } from './http.ts';
import { all, say } from './dom.ts';

const prefix = 'gongdun.';
const queueKey = `${prefix}queue`;

type Waiting = { readonly id: string; readonly action: string; readonly body: string; readonly key: string };

// Private mode and full storage throw; typing goes on without a copy then.
function read(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

function write(key: string, value: string | null): boolean {
  try {
    if (value === null) localStorage.removeItem(key);
    else localStorage.setItem(key, value);
    return true;
  } catch {
    return false;
  }
}

export function forgetAll(): void {
  try {
    Object.keys(localStorage).forEach((key) => {
      if (key.startsWith(prefix)) localStorage.removeItem(key);
    });
  } catch {
    // No storage, nothing kept.
  }
}

type Typed = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;

function inputsIn(form: HTMLFormElement): Typed[] {
  return all<Typed>('input:not([type=hidden]):not([type=file]),textarea,select', form);
}

function isTick(input: Typed): input is HTMLInputElement {
  return input instanceof HTMLInputElement && (input.type === 'radio' || input.type === 'checkbox');
}

function keep(form: HTMLFormElement, key: string): void {
  const values = inputsIn(form)
    .filter((input) => (isTick(input) ? input.checked : input.value !== ''))
    .map((input) => [input.name, input.value]);
  write(`${prefix}${key}`, JSON.stringify(values));
}

function restore(form: HTMLFormElement, key: string): void {
  const inputs = inputsIn(form);
  // What the server shows is newer than the phone's copy, or is what it just refused.
  const blank = inputs.every((input) =>
    isTick(input) ? !input.checked : input.tagName === 'SELECT' || input.value === '',
  );
  const kept = read(`${prefix}${key}`);
  if (!blank || kept === null) return;
  let values: unknown;
  try {
    values = JSON.parse(kept);
  } catch {
    return;
  }
  if (!Array.isArray(values) || values.length === 0) return;
  values.forEach((pair: unknown) => {
    if (!Array.isArray(pair)) return;
    inputs.forEach((input) => {
      if (input.name !== pair[0]) return;
      if (isTick(input)) input.checked = input.checked || input.value === pair[1];
      else if (typeof pair[1] === 'string') input.value = pair[1];
    });
  });
  say(form, '已恢复上次没有提交的内容，请核对。', false);
}

export function forget(form: HTMLFormElement): void {
  const key = form.getAttribute('data-draft');
  if (key !== null) write(`${prefix}${key}`, null);
}

function queue(): Waiting[] {
  try {
    const value: unknown = JSON.parse(read(queueKey) ?? '[]');
    return Array.isArray(value) ? value : [];
  } catch {
    return [];
  }
}

/** True when the phone keeps it and will send it. One place in the queue for one request id. */
export function sendLater(form: HTMLFormElement, id: string, body: string): boolean {
  const key = form.getAttribute('data-draft');
  if (key === null) return false;
  const rest = queue().filter((one) => one.id !== id && one.key !== key);
  return write(queueKey, JSON.stringify([...rest, { id, action: form.action, body, key }]));
}

function answered(one: Waiting, reply: Reply): void {
  write(queueKey, JSON.stringify(queue().filter((other) => other.id !== one.id)));
  const form = all<HTMLFormElement>('form[data-draft]').find(
    (candidate) => candidate.getAttribute('data-draft') === one.key,
  );
  const next = reply.status === 200 ? textIn(reply, 'location') : '';
  if (next !== '') write(`${prefix}${one.key}`, null);
  if (!form) return;
  if (next !== '') location.assign(next);
  else say(form, textIn(reply, 'zh') || '网络恢复了，但内容有需要修改的地方，请再点一次提交。', true);
}

let flushing = false;

/** Sends what waits, in order. The request id makes sending twice the same as once. */
export async function flush(): Promise<void> {
  if (flushing) return;
  flushing = true;
  for (const one of queue()) {
    const reply = await request('POST', one.action, one.body);
    // The server's troubles pass as the network's do.
    if (reply === null || reply.status >= 500) break;
    answered(one, reply);
  }
  flushing = false;
}

export function startDrafts(): void {
  all<HTMLFormElement>('form[data-draft]').forEach((form) => {
    const key = form.getAttribute('data-draft') ?? '';
    restore(form, key);
    form.addEventListener('input', () => keep(form, key));
  });
  addEventListener('online', () => void flush());
  if (navigator.onLine && queue().length > 0) void flush();
}
