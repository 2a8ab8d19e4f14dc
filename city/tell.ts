// What the city's people were told: notices in the app and by SMS, letters and certificates, from the catalogue's templates.

import { documents } from '#catalog/documents/index';
import { caseFields, isStandardVariable, showValue } from '#catalog/data';
import { notices, type NoticeTemplate, type Recipient } from '#catalog/notices';
import { catalogRegistry } from '#catalog/registry';
import { regionName } from '#catalog/regions';
import { personGrant, roleGrant } from '#platform/access';
import { dayOf } from '#platform/calendar';
import { invariant } from '#platform/errors';
import { newId } from '#platform/ids';
import type { Row } from './rows.ts';
import type { Context } from './world.ts';

/** Every variable of a template, as words. */
function valuesOf(context: Context, names: readonly string[]): Record<string, string> {
  const { service, state } = context;
  const fields = caseFields(service, catalogRegistry);
  const values: Record<string, string> = {};
  for (const name of names) {
    const field = fields[name];
    if (isStandardVariable(name)) values[name] = standardValue(context, name);
    else values[name] = field && state.data[name] !== undefined && state.data[name] !== null ? showValue(field, state.data[name]) : '';
  }
  return values;
}

function standardValue({ world, service, state, step, facts }: Context, name: string): string {
  const active = state.active.find((one) => one.step === step) ?? state.active[0];
  const shown = service.workflow.steps[active?.step ?? step];
  switch (name) {
    case 'case_no':
      return state.caseNo;
    case 'service':
      return service.zh;
    case 'step':
      return shown?.zh ?? '';
    case 'due_day':
      return active?.lastDay ?? (active?.dueAt ? dayOf(active.dueAt) : '');
    case 'applicant':
      return world.people.get(state.personId ?? '')?.maskedName ?? '';
    case 'end':
      return state.end ? (service.workflow.ends[state.end] ?? '') : '';
    case 'region_name':
      return regionName(state.region) ?? '';
    case 'today':
      return dayOf(facts.now);
    default:
      return '';
  }
}

function fill(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(/\{\{?([a-z][a-z0-9_]*)\}?\}/g, (_whole, name: string) => values[name] ?? '');
}

export function announce(context: Context, code: string): void {
  const template = notices[code];
  invariant(template, `no notice ${code}`);
  const names = [...template.text.matchAll(/\{\{?([a-z][a-z0-9_]*)\}?\}/g)].map((match) => match[1] ?? '');
  const text = fill(template.text, valuesOf(context, names));
  for (const to of template.to) {
    const row = noticeTo(context, template, text, to);
    if (row) context.world.rows.notice.push(row);
  }
}

function noticeTo({ world, state, step, facts }: Context, template: NoticeTemplate, text: string, to: Recipient): Row<'notice'> | null {
  const at = world.now();
  const common = { notice_id: newId(), case_id: state.caseId, template: template.code, title: template.title, text, at };
  if (to === 'subject') {
    if (!state.personId) return null;
    // What was told more than two days ago has been read.
    const sms = template.sms ? { sms_state: 'sent', sms_provider_id: `city-${common.notice_id.slice(-12)}` } : { sms_state: 'none', sms_provider_id: null };
    const channels = template.sms ? ['app', 'sms'] : ['app'];
    const readers = ['*', personGrant(state.personId)];
    return { ...common, person_id: state.personId, org_id: null, role: null, channels, read_at: null, ...sms, readers };
  }
  const active = state.active.find((one) => one.step === step);
  const role = typeof to === 'object' ? to.role : active?.role;
  const orgId = typeof to === 'object' ? facts.route(to.role, state.region) : active?.orgId;
  if (!role || !orgId) return null;
  const org = { person_id: null, org_id: orgId, role, channels: ['app'], read_at: null, sms_state: 'none', sms_provider_id: null };
  return { ...common, ...org, readers: ['*', roleGrant(role, orgId)] };
}

export function makeDocument(context: Context, code: string): void {
  const { world, state, actor } = context;
  const template = documents[code];
  invariant(template, `no document ${code}`);
  const content = { template: code, values: valuesOf(context, template.variables) };
  const documentId = newId();
  const leafId = world.record({
    eventId: documentId, type: 'document.made', at: world.now(), region: state.region, department: '', actorId: actor.id,
    subjectId: state.personId, body: { case: state.caseNo, template: code },
  });
  world.rows.case_document.push({
    document_id: documentId,
    case_id: state.caseId,
    template: code,
    title: template.title,
    content: JSON.stringify(content),
    readers: [...state.readers],
    at: world.now(),
    leaf_id: leafId,
  });
}
