// Proofs about data: fields have class and retention, conditions read what was asked before, one name and one concept mean one
// kind, templates name what exists, and services fit the workflow that they bind.

import { isStandardVariable, variablesIn } from '#catalog/data';
import { fieldsRead, type Condition } from '#platform/condition';
import { allFields } from '#catalog/form';
import type { Field, Fields, Service } from '#catalog/define';
import { defaultClass } from '#catalog/fields/index';
import { collectedBefore } from './flow.ts';
import { mayRead } from './people.ts';
import { actorsOf, awaitsServices, formsOf, kindOf, universe, type Proof, type Subject } from './proof.ts';

const classes: readonly string[] = ['public', 'internal', 'personal', 'sensitive'];
const retentions: readonly string[] = ['case', 'five_years', 'award', 'insurance', 'injury', 'permanent'];

function everyForm(subject: Subject): readonly { readonly where: string; readonly form: Fields }[] {
  return [
    ...formsOf(subject.workflow),
    ...subject.services.map((service) => ({ where: service.code, form: allFields(service) })),
  ];
}

const classified: Proof = {
  name: 'field_classified',
  zh: '每个字段都有信息级别和保存期限，敏感的类型不能降级',
  check(subject, report) {
    for (const { where, form } of everyForm(subject)) {
      for (const [name, field] of Object.entries(form)) {
        if (!classes.includes(field.class)) report(`${where}.${name}`, '没有信息级别');
        if (!retentions.includes(field.retention)) report(`${where}.${name}`, '没有保存期限');
        const least = defaultClass({ kind: field.kind, options: field.options });
        if (least === 'sensitive' && field.class !== 'sensitive')
          report(`${where}.${name}`, '这个类型的字段是敏感个人信息，不能降级');
      }
    }
  },
};

const conditionsRead: Proof = {
  name: 'decides_what_it_reads',
  zh: '条件只读此前已经问过、办理人可以看的字段',
  check(subject, report) {
    const before = collectedBefore(subject);
    const isOpen = awaitsServices(subject);
    const fields = universe(subject);
    for (const [name, step] of Object.entries(subject.workflow.steps)) {
      const known = new Set([...(before.get(name) ?? []), ...Object.keys(step.form ?? {})]);
      const judge = (where: string, condition: Condition, asked: ReadonlySet<string>): void => {
        for (const variable of fieldsRead(condition)) {
          if (!asked.has(variable)) {
            report(where, `条件读“${variable}”，但此前没有问过`, isOpen && !(variable in fields) ? 'pending' : 'error');
          } else if (
            fields[variable]?.class === 'sensitive' &&
            !step.reveals?.includes(variable) &&
            needsReveal(actorsOf(step))
          ) {
            report(where, `条件读敏感字段“${variable}”，办理人却看不到`);
          }
        }
      };
      for (const [id, outcome] of Object.entries(step.outcomes))
        if (outcome.when) judge(`${name}.${id}`, outcome.when, known);
      for (const variable of step.reveals ?? []) {
        if (!known.has(variable))
          report(name, `要显示的字段“${variable}”此前没有问过`, isOpen && !(variable in fields) ? 'pending' : 'error');
      }
      for (const { where, form } of formsOf({ ...subject.workflow, steps: { [name]: step } })) {
        const asked = new Set(known);
        for (const key of Object.keys(form)) if (where === name) asked.delete(key);
        for (const [key, field] of Object.entries(form)) {
          for (const condition of [field.showWhen, field.requiredWhen])
            if (condition) judge(`${where}.${key}`, condition, asked);
          asked.add(key);
          if (field.check) judge(`${where}.${key}`, field.check.when, asked);
        }
      }
    }
  },
};

function needsReveal(actors: readonly Parameters<typeof kindOf>[0][]): boolean {
  return actors.some((role) => kindOf(role) === 'department' || kindOf(role) === 'external');
}

const onePass: Proof = {
  name: 'form_one_pass',
  zh: '申请表的条件只读排在前面的字段',
  check(subject, report) {
    for (const service of subject.services) {
      const asked = new Set<string>();
      for (const [name, field] of Object.entries(allFields(service))) {
        const judge = (condition: Condition | undefined): void => {
          for (const variable of condition ? fieldsRead(condition) : []) {
            if (!asked.has(variable)) report(`${service.code}.${name}`, `条件读“${variable}”，它不在前面`);
          }
        };
        judge(field.showWhen);
        judge(field.requiredWhen);
        asked.add(name);
        judge(field.check?.when);
      }
      for (const { when, zh } of service.eligibility) {
        if ('fact' in when) continue;
        for (const variable of fieldsRead(when))
          if (!asked.has(variable)) report(service.code, `办理条件“${zh}”读“${variable}”，申请表没有`);
      }
    }
  },
};

const oneKind: Proof = {
  name: 'one_name_one_kind',
  zh: '同名的字段是同一类型，在同一流程里叫同一个名称',
  check(subject, report) {
    const seen = new Map<string, { kind: Field['kind']; where: string }>();
    const named = new Map<string, { zh: string; where: string }>();
    const ofWorkflow = [
      ...formsOf(subject.workflow),
      ...Object.values(subject.workflow.steps).flatMap((step) => [
        ...(step.decide ? [{ where: step.decide, form: subject.registry.deciders[step.decide]?.writes ?? {} }] : []),
        ...(step.auto ?? []).flatMap((action) =>
          action.effect ? [{ where: action.effect, form: subject.registry.effects[action.effect]?.writes ?? {} }] : [],
        ),
      ]),
    ];
    // A page has one label for a value, whichever step wrote it; services may each ask in words of their own.
    for (const { where, form } of ofWorkflow) {
      for (const [name, { zh }] of Object.entries(form)) {
        const known = named.get(name);
        if (known && known.zh !== zh) report(`${where}.${name}`, `在“${known.where}”叫“${known.zh}”，在这里叫“${zh}”`);
        named.set(name, known ?? { zh, where });
      }
    }
    for (const { where, form } of [...everyForm(subject), ...ofWorkflow]) {
      for (const [name, { kind }] of Object.entries(form)) {
        const known = seen.get(name);
        if (known && known.kind !== kind)
          report(`${where}.${name}`, `在“${known.where}”是 ${known.kind}，在这里是 ${kind}`);
        seen.set(name, known ?? { kind, where });
      }
    }
  },
};

const concepts: Proof = {
  name: 'concept_one_kind',
  zh: '同一概念在所有事项中是同一类型',
  check(subject, report) {
    const first = new Map<string, { kind: Field['kind']; where: string }>();
    const mine = new Set(subject.services);
    for (const service of subject.all) {
      for (const [name, { concept, kind }] of Object.entries(service.fields)) {
        if (concept === undefined) continue;
        const known = first.get(concept);
        if (!known) first.set(concept, { kind, where: `${service.code}.${name}` });
        else if (!agree(known.kind, kind) && mine.has(service)) {
          report(`${service.code}.${name}`, `概念“${concept}”在 ${known.where} 是 ${known.kind}，在这里是 ${kind}`);
        }
      }
    }
  },
};

/** A day and an instant of the same event can be carried over; all else must be the same kind. */
function agree(a: Field['kind'], b: Field['kind']): boolean {
  const days: readonly string[] = ['date', 'datetime'];
  return a === b || (days.includes(a) && days.includes(b));
}

const templates: Proof = {
  name: 'templates_exist',
  zh: '通知和文书的模板存在，所用的信息都有来源',
  check(subject, report) {
    const fields = universe(subject);
    const isOpen = awaitsServices(subject);
    for (const [name, step] of Object.entries(subject.workflow.steps)) {
      for (const action of step.auto ?? []) {
        if (action.action !== 'sms' && action.action !== 'doc') continue;
        if (!action.template) {
          report(name, `${action.action === 'sms' ? '短信' : '文书'}“${action.targets.join('、')}”没有模板`);
          continue;
        }
        const { notices, documents } = subject.registry;
        const template = action.action === 'sms' ? notices[action.template] : documents[action.template];
        const where = `${name}.${action.template}`;
        if (!template) {
          report(where, `模板“${action.template}”不存在`);
          continue;
        }
        const used = 'variables' in template ? template.variables : variablesIn(template.title + template.text);
        for (const variable of used) {
          if (!(variable in fields) && !isStandardVariable(variable)) {
            report(where, `模板所用的“${variable}”没有来源`, isOpen ? 'pending' : 'error');
          }
        }
      }
    }
  },
};

const events: Proof = {
  name: 'event_field',
  zh: '时限起算的事件有存放它的日期字段',
  check(subject, report) {
    const fields = universe(subject);
    for (const [name, step] of Object.entries(subject.workflow.steps)) {
      const from = step.limit?.countedFrom;
      if (from?.kind !== 'event') continue;
      const field = fields[from.ref];
      if (!field)
        report(`${name}.limit`, `起算的字段“${from.ref}”没有来源`, awaitsServices(subject) ? 'pending' : 'error');
      else if (field.kind !== 'date' && field.kind !== 'datetime')
        report(`${name}.limit`, `起算的字段“${from.ref}”不是日期或时刻`);
    }
  },
};

const items: Proof = {
  name: 'per_item_list',
  zh: '逐项办理的名单是一个列表字段',
  check(subject, report) {
    const fields = universe(subject);
    for (const [name, step] of Object.entries(subject.workflow.steps)) {
      if (!step.perItem) continue;
      // The case of the list goes on to the next join, or to this end (decision 0015).
      const joins = Object.values(subject.workflow.steps).some((one) => one.kind === 'join');
      if (step.role !== 'system' && !joins && !('completed' in subject.workflow.ends))
        report(name, '名单上的人都办完以后，办件没有汇聚环节，也没有“completed”结束');
      const list = fields[step.perItem.items];
      if (list && !['person_list', 'group', 'file', 'roster'].includes(list.kind))
        report(name, `“${step.perItem.items}”不是名单`);
      else if (!list) report(name, `名单“${step.perItem.items}”要由尚未发布的批量事项提供`, 'pending');
    }
  },
};

const binding: Proof = {
  name: 'service_binds',
  zh: '事项的入口、卷宗、材料与流程相符',
  check(subject, report) {
    for (const service of subject.services) {
      const entry = subject.workflow.entries[service.entry];
      if (!entry) report(service.code, `流程没有入口“${service.entry}”`);
      for (const name of Object.keys(service.materials))
        if (name in service.fields) report(`${service.code}.${name}`, '材料与字段同名');
      for (const [name, field] of Object.entries(service.fields)) {
        if (!/^[a-z][a-z0-9_]*$/.test(name)) report(`${service.code}.${name}`, '字段的代码应为小写字母、数字和下划线');
        if (field.prefill === 'rule' && service.rules.length === 0)
          report(`${service.code}.${name}`, '由规则带出，却没有规则');
        if (field.prefill === 'shared' && field.concept === undefined)
          report(`${service.code}.${name}`, '由共享数据带出，却没有概念');
      }
      reportDossier(service, report);
      reportTerms(service, report);
    }
  },
};

function reportDossier(service: Service, report: Parameters<Proof['check']>[1]): void {
  const at = service.dossier?.happenedAt;
  if (at === undefined) return;
  const kind = service.fields[at]?.kind;
  if (kind !== 'date' && kind !== 'datetime') report(service.code, `卷宗的发生时间“${at}”不是日期或时刻字段`);
}

/** Who signs declares that the terms were read; the declaration must exist and cannot be left out. */
function reportTerms({ code, terms, fields }: Service, report: Parameters<Proof['check']>[1]): void {
  if (!terms) return;
  const declaration = fields[terms.before];
  if (declaration?.kind !== 'boolean' || !('mustBeTrue' in declaration.options))
    report(code, `条款摘要要放在必须勾选的声明之前，“${terms.before}”不是`);
  for (const variable of variablesIn(terms.sections.flatMap((one) => one.lines).join()))
    if (variable !== 'insurer') report(code, `条款摘要不能用“${variable}”`);
}

const shownFacts: Proof = {
  name: 'shows_what_is_known',
  zh: '办理前展示的内容此前已有，办理人可以看',
  check(subject, report) {
    const before = collectedBefore(subject);
    const fields = universe(subject);
    for (const [name, step] of Object.entries(subject.workflow.steps)) {
      for (const variable of step.shows ?? []) {
        const fieldClass = fields[variable]?.class;
        if (fieldClass === undefined || !before.get(name)?.has(variable)) {
          report(name, `要展示的“${variable}”此前没有`);
          continue;
        }
        for (const role of actorsOf(step)) {
          const open = fieldClass === 'sensitive' && step.reveals?.includes(variable);
          if (!open && !mayRead(role, fieldClass, true)) report(name, `“${role}”不能看要展示的“${variable}”`);
        }
      }
    }
  },
};

export const dataProofs: readonly Proof[] = [
  classified,
  conditionsRead,
  onePass,
  oneKind,
  concepts,
  templates,
  shownFacts,
  events,
  items,
  binding,
];
