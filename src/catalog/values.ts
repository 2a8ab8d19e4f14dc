// The values of standard variables and of a case's fields, in words, and templates filled with them. Pure.

import type { Fields, Service } from './define.ts';
import { isSecret } from './form.ts';
import { caseFields, showValue, variablesIn, type DataSources } from './data.ts';

/** What of a case the words of notices and letters are made from. */
export type CaseFacts = {
  readonly service: Service;
  readonly caseNo: string;
  readonly regionName: string;
  readonly step: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly end: string | null;
  /** YYYY-MM-DD. */
  readonly dueDay: string | null;
  readonly today: string;
  /** Already masked. */
  readonly applicant: string;
  readonly reason: string | null;
  readonly insurer?: string;
};

export function valuesOf(
  facts: CaseFacts,
  names: readonly string[],
  sources: DataSources,
): Readonly<Record<string, string>> {
  const { service } = facts;
  const fields = caseFields(service, sources);
  const standard: Readonly<Record<string, string>> = {
    case_no: facts.caseNo,
    service: service.zh,
    step: service.workflow.steps[facts.step]?.zh ?? '',
    due_day: facts.dueDay ? dayZh(facts.dueDay) : '办件所示期限',
    applicant: facts.applicant,
    end: facts.end ? (service.workflow.ends[facts.end] ?? '') : '',
    reason: facts.reason ?? '见本办件的办理意见',
    region_name: facts.regionName,
    today: dayZh(facts.today),
    card_tail: cardTail(fields, facts.data),
    insurer: facts.insurer ?? '承保的保险公司',
  };
  return Object.fromEntries(
    names.map((name) => {
      const field = fields[name];
      return [name, field ? showValue(field, facts.data[name]) : (standard[name] ?? '')];
    }),
  );
}

/** The last four digits of the card that the case pays to; a card that is not told stays hidden. */
function cardTail(fields: Fields, data: CaseFacts['data']): string {
  const [name, card] = Object.entries(fields).find(([key, { kind }]) => kind === 'bank_card' && data[key]) ?? [];
  // Several people are paid, each to a card of his or her own.
  if (
    !name &&
    Object.entries(fields).some(([key, field]) => field.kind === 'person_list' && isSecret(field) && data[key])
  )
    return '（各受益人）';
  return name && card ? showValue({ ...card, class: 'sensitive' }, data[name]).slice(-4) : '****';
}

function dayZh(day: string): string {
  const [year, month, date] = day.split('-').map(Number);
  return `${year}年${month}月${date}日`;
}

/** Fills `{name}` and `{{name}}`; a name without a value stays empty. */
export function fill(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(/\{\{?([a-z][a-z0-9_]*)\}?\}/g, (_whole, name: string) => values[name] ?? '');
}

/** Names of the variables of several texts, once each. */
export function namesIn(...texts: readonly string[]): readonly string[] {
  return variablesIn(texts.join('\n'));
}
