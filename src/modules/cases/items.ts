// The cases of a list (perItem): one for each item where people act one by one, and the case of the list that waits for all of them.
// Which items there are is known to the module that keeps the list; decided is in decide.ts.

import type { Service } from '#catalog';
import type { Tx } from '#platform/db';
import { newId } from '#platform/ids';
import { endItems, openItem } from './decide.ts';
import type { Engine } from './engine.ts';
import { systemActor, type CaseState } from './model.ts';

export type Item = { readonly personId: string; readonly data: Readonly<Record<string, unknown>> };

export function createItems(engine: Engine) {
  const { byHash, clock } = engine.options;

  /** Numbers for cases to come, taken before their transaction: the counter has one of its own. */
  async function takeNumbers(region: string, count: number): Promise<string[]> {
    const numbers: string[] = [];
    while (numbers.length < count) numbers.push(await engine.numbers(region, clock.now()));
    return numbers;
  }

  /** Opens the case of one item of a list, which stands at `step`. What the list's own case holds is the item's too. */
  async function openOne(tx: Tx, parent: CaseState, step: string, caseNo: string, item: Item): Promise<string> {
    const service = byHash(parent.serviceHash);
    const facts = engine.factsAt(clock.now());
    const caseId = newId();
    const { serviceCode, serviceHash, region, caseId: parentCaseId } = parent;
    const decision = openItem(
      service.workflow,
      {
        caseId,
        caseNo,
        serviceCode,
        serviceHash,
        region,
        personId: item.personId,
        // Whoever handed in the list learns what became of it, not what each person wrote or was asked.
        applicantOrgId: null,
        dossierId: null,
        parentCaseId,
        itemOf: step,
        data: { ...plainOf(service, parent), ...item.data },
        readers: [],
      },
      step,
      facts,
    );
    await engine.carry(tx, { service, before: null, caseId, decision, actor: systemActor, facts, request: null });
    return caseId;
  }

  /** Values without secrets, files and the list itself: what concerns all of the items. */
  function plainOf(service: Service, parent: CaseState): Record<string, unknown> {
    const common = ['text', 'enum', 'date', 'region', 'org_ref', 'integer', 'boolean'];
    const fields = Object.entries(service.fields).filter(([, { kind }]) => common.includes(kind));
    return Object.fromEntries(
      fields.flatMap(([name]) => (parent.data[name] === undefined ? [] : [[name, parent.data[name]]])),
    );
  }

  /** The last item has ended. False when the case does not wait for them any more: a repeat changes nothing. */
  async function end(tx: Tx, caseId: string, step: string, data: Readonly<Record<string, unknown>>): Promise<boolean> {
    const before = await engine.load(tx, caseId);
    if (!before.state.active.some((one) => one.step === step)) return false;
    const service = byHash(before.state.serviceHash);
    const facts = engine.factsAt(clock.now());
    const decision = endItems(service.workflow, before.state, step, data, facts);
    await engine.carry(tx, { service, before, caseId, decision, actor: systemActor, facts, request: null });
    return true;
  }

  return { takeNumbers, openOne, end };
}
