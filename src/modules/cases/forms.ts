// The forms of a case: what a client sends is checked against the fields of the service or the step before the pure engine sees it,
// and sensitive values are sealed. Nothing is written here.

import type { Fields, Service } from '#catalog';
import { rawOf } from '#catalog/fields/index';
import { allFields, fileProblems, parseForm } from '#catalog/form';
import { dayOf } from '#platform/calendar';
import type { Clock } from '#platform/clock';
import type { CryptoPort } from '#platform/crypto';
import type { Tx } from '#platform/db';
import { refuse, type CaseCommand } from './contract.ts';
import { fills } from './enter.ts';
import type { CaseState } from './model.ts';

export type FormsOptions = {
  readonly clock: Clock;
  readonly crypto: CryptoPort;
  readonly published: (code: string) => { service: Service; hash: string } | undefined;
  readonly isRegion: (code: string) => boolean;
  /** Files that a form names must exist, be clean and belong to whoever submits. Gives the media type of each. */
  readonly checkFiles: (tx: Tx, fileIds: readonly string[], caseId: string) => Promise<ReadonlyMap<string, string>>;
};

/** What the server itself has checked about a form; never taken from the client. */
export type Proof = { readonly smsCodeVerified?: boolean };

export type Forms = ReturnType<typeof createForms>;

export function createForms(options: FormsOptions) {
  /** Checks a form and seals its sensitive values; refuses with a problem a field. */
  async function checkedForm(
    tx: Tx,
    fields: Fields,
    materials: Service['materials'],
    raw: Readonly<Record<string, unknown>>,
    caseId: string,
    proof: Proof = {},
    known: Readonly<Record<string, unknown>> = {},
  ): Promise<Record<string, unknown>> {
    const at = options.clock.now();
    const parsed = parseForm(fields, materials, raw, {
      now: at,
      today: dayOf(at),
      isRegion: options.isRegion,
      known,
      ...proof,
    });
    if (!parsed.ok) throw refuse('cases.form_invalid', { count: parsed.problems.length }, parsed.problems);
    if (parsed.fileIds.length > 0) {
      const mediaTypes = await options.checkFiles(tx, parsed.fileIds, caseId);
      const problems = fileProblems(allFields({ fields, materials }), parsed.data, mediaTypes);
      if (problems.length > 0) throw refuse('cases.form_invalid', { count: problems.length }, problems);
    }
    const kept: Record<string, unknown> = {};
    for (const [name, value] of Object.entries(parsed.data)) {
      const secret = parsed.secrets[name];
      kept[name] = secret ? sealed(caseId, name, value, secret.mask) : value;
    }
    return kept;
  }

  /** As a case keeps what nobody may read in passing. */
  function sealed(caseId: string, name: string, value: unknown, mask: string) {
    return { sealed: options.crypto.seal(`case:${caseId}:${name}`, JSON.stringify(value)), mask };
  }

  async function checkCommand(tx: Tx, service: Service, state: CaseState, input: CaseCommand): Promise<CaseCommand> {
    if (input.type !== 'act' && input.type !== 'supplement') return input;
    const definition = service.workflow.steps[input.step];
    if (!definition || !state.active.some((one) => one.step === input.step)) {
      throw refuse(state.status === 'ended' ? 'cases.ended' : 'cases.out_of_step', {
        step: definition?.zh ?? input.step,
      });
    }
    if (input.type === 'supplement') {
      // A supplement may bring any field or paper of the form again; what it leaves out stands as it was.
      const given = new Set(Object.keys(input.data));
      const fields = Object.fromEntries(Object.entries(service.fields).filter(([name]) => given.has(name)));
      const materials = Object.fromEntries(Object.entries(service.materials).filter(([name]) => given.has(name)));
      return { ...input, data: await checkedForm(tx, fields, materials, input.data, state.caseId) };
    }
    const source = entryService(service, state, input.step);
    if (source === 'unnamed' && input.outcome === 'submit')
      throw refuse('cases.attach_through', { step: definition.zh });
    const entered = source === 'unnamed' ? null : source;
    const fields: Fields = { ...entered?.fields, ...definition.form, ...definition.outcomes[input.outcome]?.form };
    const raw = entered ? { ...plainData(state, entered), ...input.data } : input.data;
    return {
      ...input,
      data: await checkedForm(tx, fields, entered?.materials ?? {}, raw, state.caseId, {}, state.data),
    };
  }

  /**
   * The service whose form is filled in at a step: the case's own at its entry, an attached one at the entry it took. A step that
   * only attached services enter, with none attached yet, is 'unnamed': nobody can submit it without saying for what.
   */
  function entryService(service: Service, state: CaseState, step: string): Service | 'unnamed' | null {
    if (fills(service, step)) return service;
    for (const code of state.attached.toReversed()) {
      const attached = options.published(code)?.service;
      const entry = attached?.workflow.entries[attached.entry];
      if (attached && entry && (entry.waits ?? [entry.step]).includes(step)) return attached;
    }
    const isEntry = Object.values(service.workflow.entries).some((entry) =>
      (entry.waits ?? [entry.step]).includes(step),
    );
    return isEntry ? 'unnamed' : null;
  }

  /** What the applicant gave before, opened, so that a resubmission asks only for what changed. */
  function plainData(state: CaseState, service: Service): Record<string, unknown> {
    const plain: Record<string, unknown> = {};
    const fields = allFields(service);
    for (const name of Object.keys(fields)) {
      const field = fields[name];
      if (field && name in state.data)
        plain[name] = rawOf({ kind: field.kind, options: field.options }, unsealed(state, name));
    }
    return plain;
  }

  function unsealed(state: CaseState, name: string): unknown {
    const value = state.data[name];
    if (typeof value === 'object' && value !== null && 'sealed' in value && typeof value.sealed === 'string') {
      return JSON.parse(options.crypto.open(`case:${state.caseId}:${name}`, value.sealed));
    }
    return value;
  }

  return { checkedForm, checkCommand, entryService, plainData, unsealed, sealed };
}
