// From an action that the server offers and what a person typed to the command that is sent back. Pure. The template of the
// action says what is done and to which state of the case; this only adds the form's values and the reason.

import type { PossibleAction } from '#contract/cases';
import { textOr } from './data.ts';

/** Where each kind of command keeps the words that explain it. */
const reasonKey: Readonly<Record<string, string>> = {
  opinion: 'text',
  request_supplement: 'note',
  cosign: 'note',
  supervise: 'note',
  answer_supervision: 'note',
  note: 'note',
  resume: 'note',
};

const withData = ['act', 'supplement'];

export type Values = Readonly<Record<string, unknown>>;

export function buildCommand(action: PossibleAction, values: Values, reason: string): Record<string, unknown> {
  const type = textOr(action.command['type'], '');
  const command: Record<string, unknown> = { ...action.command };
  const given = Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined && value !== ''));
  if (withData.includes(type)) command['data'] = { ...dataOf(action), ...given };
  else Object.assign(command, shaped(type, given));
  const words = reason.trim();
  const key = reasonKey[type] ?? 'reason';
  if (words !== '' && !(key in given)) command[key] = words;
  return command;
}

function dataOf(action: PossibleAction): Values {
  const data = action.command['data'];
  return typeof data === 'object' && data !== null ? { ...data } : {};
}

/** Verbs take typed values where a form gives text: one item a line, days as a number, agreement as yes or no. */
function shaped(type: string, values: Values): Values {
  const out: Record<string, unknown> = { ...values };
  const items = out['items'];
  if (type === 'request_supplement' && typeof items === 'string') out['items'] = linesOf(items);
  const days = out['days'];
  if (typeof days === 'string' && /^\d+$/.test(days.trim())) out['days'] = Number(days.trim());
  const org = out['orgId'];
  if (typeof org === 'object' && org !== null && 'orgId' in org) out['orgId'] = org.orgId;
  const agree = out['agree'];
  if (agree === 'true' || agree === 'false') out['agree'] = agree === 'true';
  return out;
}

export function linesOf(text: string): string[] {
  return text
    .split(/\r?\n|；|;/)
    .map((line) => line.replace(/^\s*(?:\d+[.、)）]|[-·•])\s*/, '').trim())
    .filter((line) => line !== '');
}

/** Done at once, without a second press: a verb that asks for nothing and harms nothing. */
export function isImmediate(action: PossibleAction): boolean {
  return action.kind === 'verb' && action.form.length === 0 && !action.needsReason && action.tone !== 'danger';
}

export const reasonCharactersMin = 4;

/** A reason of fewer characters is refused by the server as well. */
export function reasonProblem(action: PossibleAction, reason: string): string | null {
  if (!action.needsReason) return null;
  return Array.from(reason.trim()).length < reasonCharactersMin ? '请写明理由，至少四个字，申请人会看到。' : null;
}
