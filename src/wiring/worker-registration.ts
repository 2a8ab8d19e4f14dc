// How a worker comes in for the first time: phone, code, name, document, region, consent, page by page. What is typed before the last
// page lives a quarter of an hour in this process and never in the database.

import { fieldKind } from '#catalog/fields/index';
import { dayOf } from '#platform/calendar';
import { declareRefusals, type FieldProblem } from '#platform/errors';
import { checkRegistration, sessionMaxAgeSeconds } from '#modules/identity';
import type { Challenge, Login } from '#apps/worker/backend';
import type { ConsentText } from '#apps/worker/pages/model';
import type { Services } from './services.ts';

const refuse = declareRefusals({
  'pages.challenge_gone': { status: 410, zh: '这次登录已经过期。', next: '请重新填写手机号。' },
});

const consentVersion = '2026-01';
const consents: readonly ConsentText[] = [
  {
    name: 'agree_identity',
    zh: '同意处理我的身份信息',
    paragraphs: [
      '为了实名登记、核对资格和防止冒用，我们需要处理您的姓名、证件号码和手机号。证件号码加密保存，页面上只显示一部分；谁因为什么看过，您可以随时在“我的”里查到。',
      '不同意就不能登记办理；您可以随时撤回同意，撤回前已办理的事项不受影响。',
    ],
    purpose: 'identity',
    version: consentVersion,
    required: true,
  },
];

/** Who registers agrees to the rules in the same act. */

const registrationMs = 15 * 60_000;
const unfinishedMax = 10_000;

type Unfinished = {
  readonly phone: string;
  name?: string;
  idDocument?: { type: string; number: string };
  region?: string;
  readonly untilMs: number;
};

export function createRegistration(services: Services) {
  const { identity, clock, crypto } = services;
  const unfinished = new Map<string, Unfinished>();
  const challengeContext = 'challenge:phone:1';

  async function requestCode(phone: string, address: string): Promise<Challenge> {
    const { waitSeconds } = await identity.requestCode(phone, address);
    const digits = fieldKind('phone').parse(phone, {}, { today: dayOf(clock.now()) });
    const value = digits.ok ? String(digits.value) : phone;
    return {
      challengeId: crypto.seal(challengeContext, value),
      phoneMasked: fieldKind('phone').mask(value),
      waitSeconds,
    };
  }

  function phoneOf(challengeId: string): string {
    try {
      return crypto.open(challengeContext, challengeId);
    } catch {
      throw refuse('pages.challenge_gone');
    }
  }

  async function challenge(challengeId: string): Promise<Challenge | null> {
    try {
      return {
        challengeId,
        phoneMasked: fieldKind('phone').mask(crypto.open(challengeContext, challengeId)),
        waitSeconds: 60,
      };
    } catch {
      return null;
    }
  }

  async function verifyCode(challengeId: string, code: string): Promise<Login> {
    const phone = phoneOf(challengeId);
    const verified = await identity.verifyCode(phone, code);
    if (verified.state === 'in') return { kind: 'session', token: verified.token, maxAgeSeconds: sessionMaxAgeSeconds };
    forgetOld();
    unfinished.set(verified.token, { phone, untilMs: Date.now() + registrationMs });
    return { kind: 'register', registrationToken: verified.token, maxAgeSeconds: registrationMs / 1000 };
  }

  function forgetOld(): void {
    const now = Date.now();
    for (const [token, one] of unfinished) {
      if (one.untilMs < now || unfinished.size > unfinishedMax) unfinished.delete(token);
    }
  }

  async function registration(token: string) {
    const one = unfinished.get(token);
    if (!one || one.untilMs < Date.now()) return null;
    return {
      phoneMasked: fieldKind('phone').mask(one.phone),
      name: one.name ?? null,
      idMasked: one.idDocument ? fieldKind('id_document').mask(one.idDocument) : null,
      region: one.region ?? null,
      consents,
    };
  }

  async function saveRegistration(
    token: string,
    input: { name?: unknown; idDocument?: unknown; region?: unknown },
  ): Promise<readonly FieldProblem[]> {
    const one = unfinished.get(token);
    if (!one) throw refuse('pages.challenge_gone');
    const context = { today: dayOf(clock.now()), isRegion: services.isRegion };
    const problems: FieldProblem[] = [];
    const check = (
      name: 'name' | 'idDocument' | 'region',
      kind: 'person_name' | 'id_document' | 'region',
      raw: unknown,
    ) => {
      const parsed = fieldKind(kind).parse(raw, {}, context);
      if (parsed.ok) Object.assign(one, { [name]: parsed.value });
      else
        problems.push(
          ...parsed.problems.map((problem) => ({
            path: [name, ...(problem.path ?? [])].join('.'),
            code: problem.code,
            zh: problem.zh,
          })),
        );
    };
    if ('name' in input) check('name', 'person_name', input.name);
    if ('idDocument' in input) check('idDocument', 'id_document', input.idDocument);
    if ('region' in input) check('region', 'region', input.region);
    return problems;
  }

  async function register(token: string, agreed: readonly string[]) {
    const one = unfinished.get(token);
    if (!one) throw refuse('pages.challenge_gone');
    const missing = consents.filter(
      (consent) => consent.required && !agreed.includes(`${consent.purpose}@${consent.version}`),
    );
    if (missing.length > 0)
      return {
        problems: missing.map((consent) => ({
          path: consent.name,
          code: 'must_agree',
          zh: '需要您同意后才能登记，请勾选。',
        })),
      };
    const input = {
      token,
      name: one.name ?? '',
      idDocument: one.idDocument ?? { type: '', number: '' },
      region: one.region ?? '',
      consentVersion,
    };
    const checked = checkRegistration(input, dayOf(clock.now()), services.isRegion);
    if (!checked.ok) return { problems: checked.problems };
    const made = await identity.register(input);
    unfinished.delete(token);
    return { token: made.token, maxAgeSeconds: sessionMaxAgeSeconds };
  }

  return { requestCode, challenge, verifyCode, registration, saveRegistration, register };
}
