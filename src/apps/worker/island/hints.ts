// Hints while filling in: the catalogue's own checks of single fields, fields that another answer opens, the phone's position.
// The server has the last word on everything here.

import { idNumber } from '#catalog/fields/identity';
import type { FieldKind } from '#catalog/fields/kind';
import { bankCard, decimal, integer, money } from '#catalog/fields/money';
import { uscc } from '#catalog/fields/organisation';
import { phone } from '#catalog/fields/place';
import { personName } from '#catalog/fields/text';
import { evaluate, type Condition } from '#platform/condition';
import { all, make } from './dom.ts';
import { toGcj02 } from './datum.ts';

const kinds: readonly FieldKind[] = [phone, idNumber, bankCard, money, integer, decimal, uscc, personName];

function read(text: string | null): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text ?? '');
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}

function problemOf(input: HTMLInputElement): string {
  const spec = read(input.getAttribute('data-check'));
  const kind = kinds.find((one) => one.kind === spec['kind']);
  if (!kind || input.value.trim() === '') return '';
  const type = input.form?.querySelector<HTMLSelectElement>(`select[name="${input.name.replace(/number$/, 'type')}"]`);
  if (type && type.value !== 'resident_id') return '';
  const options = typeof spec['options'] === 'object' && spec['options'] !== null ? spec['options'] : {};
  const parsed = kind.parse(input.value, options, { today: new Date().toISOString().slice(0, 10) });
  const problem = parsed.ok ? parsed.warnings[0] : parsed.problems[0];
  return problem ? problem.zh : '';
}

function startChecks(): void {
  all<HTMLInputElement>('input[data-check]').forEach((input) => {
    const line = make('p', { class: 'hint warn', role: 'status' });
    const after = input.parentElement?.className === 'unit' ? input.parentElement : input;
    after.parentElement?.insertBefore(line, after.nextSibling);
    input.addEventListener('change', () => {
      // Tapping a button leaves the input first: a hint that moved the button at once would make the tap miss it.
      setTimeout(() => {
        line.textContent = problemOf(input);
      }, 300);
    });
  });
}

function isCondition(value: unknown): value is Condition {
  return typeof value === 'object' && value !== null && 'op' in value;
}

function answersOf(form: HTMLFormElement): Record<string, unknown> {
  const answers: Record<string, unknown> = {};
  new FormData(form).forEach((value, name) => {
    if (typeof value !== 'string' || value === '') return;
    answers[name] = value === 'true' ? true : value === 'false' ? false : value;
  });
  return answers;
}

/** Hides what the other answers close; its inputs are not sent then. */
function startShowing(): void {
  all('[data-show]').forEach((box) => {
    const form = box.closest('form');
    const condition: unknown = read(box.getAttribute('data-show'));
    if (form === null || !isCondition(condition)) return;
    const update = (): void => {
      const shown = evaluate(condition, { fields: answersOf(form), now: new Date().toISOString() });
      box.hidden = !shown;
      all<HTMLInputElement>('input,select,textarea', box).forEach((input) => {
        input.disabled = !shown;
      });
    };
    update();
    form.addEventListener('change', update);
  });
}

function startLocating(): void {
  if (!('geolocation' in navigator)) return;
  all('[data-locate]').forEach((box) => {
    const button = make('button', { type: 'button', class: 'btn plain' }, '用手机定位');
    const line = make('p', { class: 'hint', role: 'status' });
    const set = (axis: string, value: string): void => {
      const input = box.querySelector<HTMLInputElement>(`input[name$=".${axis}"]`);
      if (input) input.value = value;
    };
    button.addEventListener('click', () => {
      line.textContent = '正在定位…';
      navigator.geolocation.getCurrentPosition(
        ({ coords }) => {
          const point = toGcj02(coords.latitude, coords.longitude);
          set('lat', point.lat.toFixed(6));
          set('lng', point.lng.toFixed(6));
          set('accuracyM', String(Math.ceil(coords.accuracy)));
          line.textContent = `已定位，误差约 ${Math.ceil(coords.accuracy)} 米。还可以补充文字说明。`;
        },
        () => {
          line.textContent = '没有定位成功，请用文字说明地点。';
        },
        { enableHighAccuracy: true, timeout: 15_000 },
      );
    });
    box.appendChild(button);
    box.appendChild(line);
  });
}

export function startHints(): void {
  startChecks();
  startShowing();
  startLocating();
}
