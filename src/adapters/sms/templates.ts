// Each provider approves our texts under a number of its own, and some take parameters by place instead of by name.
import { Refused, type SmsMessage } from './port.ts';

/** By our own code: the provider's id, and the order of the parameters where it wants them by place. */
export type SmsTemplateMap = Readonly<Record<string, { readonly id: string; readonly params?: readonly string[] }>>;

/** Our own refusal, in the words of the port: a message that this provider has no approved text for. */
export function noTemplate(party: string): Refused {
  return new Refused(party, 'send', {
    status: 0,
    code: 'TEMPLATE_NOT_MAPPED',
    partyMessage: '该短信服务商没有对应的模板',
  });
}

export function templateFor(
  map: SmsTemplateMap,
  party: string,
  message: SmsMessage,
): { readonly id: string; readonly params: readonly string[] } {
  const mapped = map[message.templateCode];
  if (!mapped) throw noTemplate(party);
  return { id: mapped.id, params: mapped.params ?? Object.keys(message.params) };
}

const PARAMETER = /\$\{(\w+)\}/g;

/** The text as the phone shows it; undefined where a parameter is missing. */
export function fillTemplate(template: string, params: Readonly<Record<string, string>>): string | undefined {
  const names = [...template.matchAll(PARAMETER)].map((match) => match[1] ?? '');
  if (names.some((name) => params[name] === undefined)) return undefined;
  return template.replaceAll(PARAMETER, (_all, name: string) => params[name] ?? '');
}
