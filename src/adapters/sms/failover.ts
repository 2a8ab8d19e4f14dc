// Several providers behind one port. A message goes to the first that is well; only when it is certain that it was not taken there
// does it go to the next. A message whose outcome is unknown goes nowhere else: better asked about later than twice on one phone.
import { createHealth, type HealthOptions, type SmsHealth } from './health.ts';
import {
  OutcomeUnknown,
  Refused,
  type SmsFate,
  type SmsMessage,
  type SmsPort,
  type SmsReceipt,
  type SmsTaken,
} from './port.ts';

export type NamedSms = { readonly name: string; readonly port: Omit<SmsPort, 'readReceipts'> & Partial<SmsPort> };

export type SmsFailover = {
  send(message: SmsMessage): Promise<SmsTaken & { readonly provider: string }>;
  find(sent: Parameters<SmsPort['find']>[0]): Promise<SmsFate & { readonly provider?: string }>;
  /** Null for a provider that posts none, or that we do not have. */
  readReceipts(provider: string, body: Buffer): readonly SmsReceipt[] | null;
  noteReceipt(provider: string, delivered: boolean): void;
  health(): readonly SmsHealth[];
};

const DOUBTS_MAX = 10_000;

// What is wrong with the message itself is wrong at every provider.
const FINAL_CODES = new Set([
  'isv.MOBILE_NUMBER_ILLEGAL',
  'isv.TEMPLATE_MISSING_PARAMETERS',
  'isv.BLACK_KEY_CONTROL_LIMIT',
  'InvalidParameterValue.IncorrectPhoneNumber',
  'FailedOperation.PhoneNumberInBlacklist',
  'FailedOperation.ContainSensitiveWord',
  'TEMPLATE_MISSING_PARAMETERS',
  'ESME_RINVDSTADR',
]);

/** Certain that this provider did not take it, and another may. */
function mayTryNext(error: unknown): boolean {
  if (error instanceof OutcomeUnknown) return !error.maybeDone;
  return error instanceof Refused && !FINAL_CODES.has(error.code);
}

const speaksAgainst = (error: unknown): boolean => error instanceof OutcomeUnknown || mayTryNext(error);

export function createSmsFailover(providers: readonly NamedSms[], options: HealthOptions = {}): SmsFailover {
  const all = providers.map(({ name, port }) => ({ name, port, health: createHealth(name, options) }));

  /** In the order of the settings: those that are ready, then the rest as a last resort. */
  const inOrder = () => all.toSorted((a, b) => Number(b.health.ready()) - Number(a.health.ready()));

  // Who left a message in doubt; forgotten by a restart, and then everybody is asked.
  const doubts = new Map<string, string>();
  function doubt(bizId: string, name: string): void {
    const oldest = doubts.keys().next();
    if (doubts.size >= DOUBTS_MAX && !oldest.done) doubts.delete(oldest.value);
    doubts.set(bizId, name);
  }

  return {
    async send(message) {
      let last: unknown = new OutcomeUnknown('sms', 'send', 'network', { maybeDone: false });
      for (const { name, port, health } of inOrder()) {
        try {
          const taken = await health.watch(() => port.send(message), speaksAgainst);
          return { ...taken, provider: name };
        } catch (error) {
          if (error instanceof OutcomeUnknown && error.maybeDone) doubt(message.bizId, name);
          if (!mayTryNext(error)) throw error;
          last = error;
        }
      }
      throw last;
    },
    /** Whoever left the doubt is asked; where that is not known all are, and only all of them together can say that nobody took it. */
    async find(sent) {
      let certain = true;
      const suspect = doubts.get(sent.bizId);
      for (const { name, port } of all.filter((one) => suspect === undefined || one.name === suspect)) {
        const fate = await port.find(sent);
        if ('providerId' in fate) return { ...fate, provider: name };
        if (fate.state === 'cannot_tell') certain = false;
      }
      return { state: certain ? 'not_found' : 'cannot_tell' };
    },
    readReceipts: (provider, body) => all.find((one) => one.name === provider)?.port.readReceipts?.(body) ?? null,
    noteReceipt: (provider, delivered) => all.find((one) => one.name === provider)?.health.receipt(delivered),
    health: () => all.map((one) => one.health.view()),
  };
}
