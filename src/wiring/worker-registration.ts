// How a worker comes in for the first time: phone, code, name, document, region, consent, page by page. What is typed before the last
// page lives a quarter of an hour, sealed, in a cookie of the phone: never in the database, and in no process that could stop.

import { z } from 'zod';
import { birthDateOf, fieldKind, idDocumentTypes, parseField } from '#catalog/fields/index';
import { purposeOf } from '#catalog/purposes';
import { dayOf } from '#platform/calendar';
import { declareRefusals, invariant, Refusal, type FieldProblem } from '#platform/errors';
import { checkRegistration, sessionMaxAgeSeconds } from '#modules/identity';
import type { Challenge, Login, Registration, RegistrationInput, SavedRegistration } from '#apps/worker/backend';
import type { ConsentText } from '#apps/worker/pages/model';
import { registrationFields } from '#apps/worker/registration';
import type { Services } from './services.ts';

const refuse = declareRefusals({
  'pages.challenge_gone': { status: 410, zh: '这次登录已经过期。', next: '请重新填写手机号。' },
});

const identityPurpose = purposeOf('identity');
invariant(identityPurpose, 'registering has a purpose');
const consentVersion = identityPurpose.version;
const consents: readonly ConsentText[] = [
  {
    name: 'agree_identity',
    zh: identityPurpose.zh,
    paragraphs: identityPurpose.words,
    purpose: identityPurpose.code,
    version: consentVersion,
    required: true,
  },
];

const registrationMs = 15 * 60_000;
const registrationContext = 'registration:form:1';

/** What is typed so far, together with the proof of the phone. Sealed into the cookie and kept nowhere else. */
const unfinishedSchema = z.object({
  proof: z.string(),
  phone: z.string(),
  untilMs: z.number(),
  name: z.string().optional(),
  idDocument: z.object({ type: z.enum(idDocumentTypes), number: z.string() }).optional(),
  birthDay: z.string().optional(),
  region: z.string().optional(),
});
type Unfinished = z.infer<typeof unfinishedSchema>;

export function createRegistration(services: Services) {
  const { identity, clock, crypto } = services;
  const challengeContext = 'challenge:phone:1';

  async function requestCode(phone: string, address: string): Promise<Challenge> {
    const sent = await identity.requestCode(phone, address).catch((error: unknown) => {
      // The code that was sent a moment ago is as good: its page is shown again.
      if (error instanceof Refusal && error.code === 'identity.code_too_soon') return error.details;
      throw error;
    });
    const digits = fieldKind('phone').parse(phone, {}, { today: dayOf(clock.now()) });
    const value = digits.ok ? String(digits.value) : phone;
    return {
      challengeId: crypto.seal(challengeContext, value),
      phoneMasked: fieldKind('phone').mask(value),
      waitSeconds: Number(sent['waitSeconds']),
      again: !('sent' in sent),
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
        again: false,
      };
    } catch {
      return null;
    }
  }

  async function verifyCode(
    challengeId: string,
    code: string,
    oldToken: string | null,
    address: string,
  ): Promise<Login> {
    const phone = phoneOf(challengeId);
    const verified = await identity.verifyCode(phone, code, oldToken, address);
    if (verified.state === 'confirm') return { kind: 'confirm', token: verified.token };
    if (verified.state === 'in') return { kind: 'session', token: verified.token, maxAgeSeconds: sessionMaxAgeSeconds };
    const { token, maxAgeSeconds } = begun(verified.token, phone);
    return { kind: 'register', registrationToken: token, maxAgeSeconds };
  }

  function begun(proof: string, phone: string) {
    return {
      token: sealed({ proof, phone, untilMs: Date.now() + registrationMs }),
      maxAgeSeconds: registrationMs / 1000,
    };
  }

  /** Whoever holds a number that was another's registers like everybody. */
  async function notOwner(token: string) {
    const fresh = await identity.notOwner(token);
    return begun(fresh.token, fresh.phone);
  }

  function sealed(unfinished: Unfinished): string {
    return crypto.seal(registrationContext, JSON.stringify(unfinished));
  }

  /** Null when it is over, or not of our making. */
  function opened(token: string): Unfinished | null {
    try {
      const read = unfinishedSchema.parse(JSON.parse(crypto.open(registrationContext, token)));
      return read.untilMs > Date.now() ? read : null;
    } catch {
      return null;
    }
  }

  /** People of a document whose number says no birth day are asked for it. */
  const asksBirthDay = ({ idDocument }: Unfinished) =>
    idDocument !== undefined && birthDateOf(idDocument) === undefined;

  async function registration(token: string): Promise<Registration | null> {
    const one = opened(token);
    if (!one) return null;
    return {
      phoneMasked: fieldKind('phone').mask(one.phone),
      name: one.name ?? null,
      idMasked: one.idDocument ? fieldKind('id_document').mask(one.idDocument) : null,
      asksBirthDay: asksBirthDay(one),
      birthDay: one.birthDay ?? null,
      region: one.region ?? null,
      consents,
    };
  }

  async function saveRegistration(token: string, input: RegistrationInput): Promise<SavedRegistration> {
    const one = opened(token);
    if (!one) throw refuse('pages.challenge_gone');
    const context = { today: dayOf(clock.now()), isRegion: services.isRegion };
    const next: Record<string, unknown> = { ...one };
    const problems: FieldProblem[] = [];
    for (const [name, raw] of Object.entries(input)) {
      const field = registrationFields[name as keyof RegistrationInput];
      const parsed = parseField({ ...field, required: true }, raw, context);
      if (parsed.ok) next[name] = parsed.value;
      else
        problems.push(
          ...parsed.problems.map(({ path = [], code, zh }) => ({ path: [name, ...path].join('.'), code, zh })),
        );
    }
    if (problems.length > 0) return { problems };
    const kept = unfinishedSchema.parse(next);
    return { token: sealed(kept), maxAgeSeconds: Math.ceil((kept.untilMs - Date.now()) / 1000) };
  }

  async function register(token: string, agreed: readonly string[], requestId: string, oldToken: string | null) {
    const one = opened(token);
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
      token: one.proof,
      requestId,
      name: one.name ?? '',
      idDocument: one.idDocument ?? { type: '', number: '' },
      ...(one.birthDay === undefined ? {} : { birthDay: one.birthDay }),
      region: one.region ?? '',
      consentVersion,
    };
    const checked = checkRegistration(input, dayOf(clock.now()), services.isRegion);
    if (!checked.ok) return { problems: checked.problems };
    const made = await identity.register(input, oldToken);
    return { token: made.token, maxAgeSeconds: sessionMaxAgeSeconds };
  }

  return { requestCode, challenge, verifyCode, registration, saveRegistration, register, notOwner };
}
