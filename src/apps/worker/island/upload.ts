// Photos: made smaller, sent at once with progress, tried again when the network fails. Each is on the server before the next
// is begun, so that a page that the camera kills has lost nothing.

import { json, request, textIn } from './http.ts';
import { all, make, valueOf } from './dom.ts';

const sideMax = 1600;
const tries = 3;

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}

function decode(file: File): Promise<HTMLImageElement | null> {
  return new Promise((resolve) => {
    const image = new Image();
    const url = URL.createObjectURL(file);
    image.addEventListener('load', () => {
      URL.revokeObjectURL(url);
      resolve(image);
    });
    // What this phone cannot draw (HEIC, PDF) goes as it is.
    image.addEventListener('error', () => {
      URL.revokeObjectURL(url);
      resolve(null);
    });
    image.src = url;
  });
}

async function shrink(file: File): Promise<Blob> {
  if (!file.type.startsWith('image/') || file.size < 300_000) return file;
  const image = await decode(file);
  if (image === null) return file;
  const scale = Math.min(1, sideMax / Math.max(image.naturalWidth, image.naturalHeight));
  const canvas = make('canvas');
  canvas.width = Math.round(image.naturalWidth * scale);
  canvas.height = Math.round(image.naturalHeight * scale);
  const context = canvas.getContext('2d');
  if (context === null) return file;
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
  const small = await new Promise<Blob | null>((resolve) => {
    canvas.toBlob(resolve, 'image/jpeg', 0.82);
  });
  return small !== null && small.size < file.size ? small : file;
}

export type Uploaded =
  | { readonly ok: true; readonly fileId: string; readonly stateZh: string }
  | { readonly ok: false; readonly zh: string };

export async function upload(
  form: HTMLElement,
  blob: Blob,
  name: string,
  onProgress: (share: number) => void,
): Promise<Uploaded> {
  const data = new FormData();
  data.append('csrf', valueOf(form, 'csrf'));
  data.append('draft', valueOf(form, 'draft'));
  data.append('file', blob, name);
  for (let attempt = 1; attempt <= tries; attempt += 1) {
    const reply = await request('POST', '/m/files', data, onProgress);
    if (reply !== null && reply.status < 500) {
      const fileId = textIn(reply, 'fileId');
      if (reply.status === 200 && fileId !== '') return { ok: true, fileId, stateZh: textIn(reply, 'stateZh') };
      return { ok: false, zh: refusalText(json(reply)) };
    }
    if (attempt < tries) await wait(attempt * 1500);
  }
  return { ok: false, zh: '网络不通，没有传上去。' };
}

function refusalText(answer: Record<string, unknown>): string {
  const problems = answer['problems'];
  const first: unknown = Array.isArray(problems) ? problems[0] : undefined;
  if (typeof first === 'object' && first !== null && 'zh' in first && typeof first.zh === 'string') return first.zh;
  const { zh, next } = answer;
  return `${typeof zh === 'string' ? zh : '没有传上去。'}${typeof next === 'string' ? next : ''}`;
}

function listed(
  form: HTMLElement,
  list: HTMLElement,
  field: string,
  name: string,
  done: { fileId: string; stateZh: string },
): void {
  const item = make('li');
  if (/\.(jpe?g|png|webp)$/i.test(name)) {
    item.appendChild(make('img', { src: `/m/files/${done.fileId}`, alt: '', width: '56', height: '56' }));
  }
  item.appendChild(make('span', { class: 'grow' }, `${name} ${done.stateZh}`));
  item.appendChild(make('input', { type: 'hidden', name: field, value: done.fileId }));
  const remove = make(
    'button',
    { class: 'btn plain slim', name: '_op', value: `remove:${field}:${done.fileId}`, 'aria-label': `删去 ${name}` },
    '删去',
  );
  if (valueOf(form, 'draft') === '') {
    remove.type = 'button';
    remove.addEventListener('click', () => item.remove());
  }
  item.appendChild(remove);
  list.appendChild(item);
}

async function one(form: HTMLFormElement, box: HTMLElement, field: string, file: File): Promise<void> {
  const list = box.querySelector<HTMLElement>('[data-list]');
  const progress = box.querySelector<HTMLElement>('[data-progress]');
  if (list === null || progress === null) return;
  const line = make('div', { class: 'note' });
  const text = make('p', {}, `正在上传 ${file.name} …`);
  const bar = make('progress', { max: '100', value: '0', 'aria-label': `上传 ${file.name}` });
  line.appendChild(text);
  line.appendChild(bar);
  progress.appendChild(line);
  const small = await shrink(file);
  const name = small === file ? file.name : file.name.replace(/\.\w+$/, '') + '.jpg';
  const done = await upload(form, small, name, (share) => {
    bar.value = share * 100;
  });
  if (done.ok) {
    line.remove();
    listed(form, list, field, name, done);
    return;
  }
  bar.remove();
  line.className = 'note red';
  text.textContent = `${file.name}：${done.zh}`;
  const again = make('button', { type: 'button', class: 'btn plain slim' }, '再试一次');
  again.addEventListener('click', () => {
    line.remove();
    void one(form, box, field, file);
  });
  line.appendChild(again);
}

export function startUploads(): void {
  all<HTMLInputElement>('input[data-upload]').forEach((input) => {
    const form = input.form;
    const box = input.closest<HTMLElement>('[data-files]');
    if (form === null || box === null) return;
    input.addEventListener('change', () => {
      const files = Array.from(input.files ?? []);
      // Sent by us: the form must not send them a second time.
      input.value = '';
      void files.reduce(
        (before, file) => before.then(() => one(form, box, input.getAttribute('data-upload') ?? '', file)),
        Promise.resolve(),
      );
    });
  });
}
