// A signature drawn with the finger. The typed name with its SMS code stays on the page for who cannot or will not draw.

import { all, make } from './dom.ts';
import { upload } from './upload.ts';

type Pad = { readonly canvas: HTMLCanvasElement; readonly answer: HTMLInputElement; drawn: boolean };

const pads: Pad[] = [];

function startPad(box: HTMLElement): void {
  const canvas = make('canvas', {
    class: 'sign',
    'aria-label': '手写签名区；不方便手写时，请用下面的姓名和验证码',
    role: 'img',
  });
  const answer = make('input', { type: 'hidden', name: `${box.getAttribute('data-sign') ?? ''}.fileId` });
  const clear = make('button', { type: 'button', class: 'btn plain slim' }, '擦掉重签');
  box.className = 'stack';
  box.appendChild(make('p', { class: 'hint' }, '请用手指在框里写下姓名。'));
  box.appendChild(canvas);
  box.appendChild(clear);
  box.appendChild(answer);
  const ratio = Math.min(2, devicePixelRatio || 1);
  canvas.width = canvas.clientWidth * ratio;
  canvas.height = canvas.clientHeight * ratio;
  const context = canvas.getContext('2d');
  if (context === null) {
    box.remove();
    return;
  }
  const pad: Pad = { canvas, answer, drawn: false };
  pads.push(pad);
  const wipe = (): void => {
    context.fillStyle = '#fff';
    context.fillRect(0, 0, canvas.width, canvas.height);
    pad.drawn = false;
    answer.value = '';
  };
  wipe();
  context.lineWidth = 3 * ratio;
  context.lineCap = 'round';
  context.lineJoin = 'round';
  context.strokeStyle = '#111';
  let down = false;
  const at = (event: PointerEvent): [number, number] => [event.offsetX * ratio, event.offsetY * ratio];
  canvas.addEventListener('pointerdown', (event) => {
    down = true;
    canvas.setPointerCapture(event.pointerId);
    context.beginPath();
    context.moveTo(...at(event));
  });
  canvas.addEventListener('pointermove', (event) => {
    if (!down) return;
    context.lineTo(...at(event));
    context.stroke();
    pad.drawn = true;
    answer.value = '';
  });
  ['pointerup', 'pointercancel'].forEach((name) => canvas.addEventListener(name, () => (down = false)));
  clear.addEventListener('click', wipe);
}

/** Uploads what was drawn in this form. A sentence says why it could not; null when all is well. */
export async function sendSignatures(form: HTMLFormElement): Promise<string | null> {
  for (const pad of pads) {
    if (!form.contains(pad.canvas) || !pad.drawn || pad.answer.value !== '') continue;
    const blob = await new Promise<Blob | null>((resolve) => {
      pad.canvas.toBlob(resolve, 'image/png');
    });
    if (blob === null) return '签名没有保存下来，请擦掉重签。';
    const done = await upload(form, blob, '签名.png', () => undefined);
    if (!done.ok) return done.zh;
    pad.answer.value = done.fileId;
  }
  return null;
}

export function startSignatures(): void {
  all('[data-sign]').forEach((box) => {
    const typed = box.parentElement?.querySelector<HTMLElement>('[data-typed]');
    startPad(box);
    if (!typed || !box.isConnected || typed.querySelector('[aria-invalid]') !== null) return;
    const other = make('details');
    other.appendChild(make('summary', {}, '不方便手写？用姓名和验证码'));
    typed.parentElement?.insertBefore(other, typed);
    other.appendChild(typed);
  });
}
