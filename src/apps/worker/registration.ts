// What a person who registers is asked, page by page, each part under its name in the port. Pure.

import type { Field } from '#catalog/define';
import type { Registration } from './backend.ts';

const asked = { options: {}, required: true, retention: 'permanent' } as const;

export const registrationFields = {
  name: { ...asked, kind: 'person_name', zh: '您的姓名', class: 'personal' },
  idDocument: { ...asked, kind: 'id_document', zh: '您的证件', class: 'sensitive' },
  birthDay: { ...asked, kind: 'date', zh: '您的出生日期', class: 'personal', options: { max: 'today' } },
  region: { ...asked, kind: 'region', zh: '您在哪个区县干活', class: 'internal' },
} as const satisfies Record<string, Field>;

export type RegistrationPart = keyof typeof registrationFields;

/** The part of each page's address. */
export const registrationSteps = {
  name: 'name',
  id: 'idDocument',
  birth: 'birthDay',
  region: 'region',
} as const satisfies Record<string, RegistrationPart>;

export type RegistrationStep = keyof typeof registrationSteps;

export const registrationLeads: Record<RegistrationStep, string> = {
  name: '与身份证件上的一致。',
  id: '用于核对身份和保险资格，加密保存，不会留在手机里。',
  birth: '这种证件的号码里没有出生日期；与证件上的一致，用于核对年龄条件。',
  region: '用来确定由哪里的工会和部门为您服务，以后可以改。',
};

/** The pages of this person, in order; the page of consent comes after them. */
export function stepsOf({ asksBirthDay }: Pick<Registration, 'asksBirthDay'>): readonly RegistrationStep[] {
  return asksBirthDay ? ['name', 'id', 'birth', 'region'] : ['name', 'id', 'region'];
}
