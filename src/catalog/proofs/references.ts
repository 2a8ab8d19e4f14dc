// Proofs about what a definition names beyond itself: registered effects, deciders and facts, rule tables, lifecycles that it
// opens, and the law that its limits stand on.

import type { Proof } from './proof.ts';

const registered: Proof = {
  name: 'registered',
  zh: '所用的效果、判定和事实都已登记',
  check({ workflow, services, registry }, report) {
    for (const [name, step] of Object.entries(workflow.steps)) {
      if (step.decide !== undefined && !Object.hasOwn(registry.deciders, step.decide))
        report(name, `判定“${step.decide}”没有登记`);
      if (step.decide !== undefined && step.role !== 'system') report(name, '人办的环节不能由系统判定');
      for (const { effect } of step.auto ?? []) {
        if (effect !== undefined && !Object.hasOwn(registry.effects, effect)) report(name, `效果“${effect}”没有登记`);
      }
    }
    for (const service of services) {
      for (const { when } of service.eligibility) {
        if ('fact' in when && !registry.facts.includes(when.fact)) report(service.code, `事实“${when.fact}”没有登记`);
      }
    }
  },
};

const rules: Proof = {
  name: 'rules_total',
  zh: '规则表存在，取值完整且不重叠',
  check({ workflow, services, registry }, report) {
    const named = [
      ...services.flatMap((service) => service.rules.map((rule) => [service.code, rule] as const)),
      ...Object.entries(workflow.steps).flatMap(([name, step]) =>
        (step.auto ?? []).flatMap((action) =>
          action.action === 'rule' ? action.targets.map((rule) => [name, rule] as const) : [],
        ),
      ),
    ];
    for (const [where, rule] of named) {
      const entry = registry.rules[rule];
      if (!entry) report(where, `规则表“${rule}”不存在`);
      else if (!entry.proveTotal) report(where, `规则表“${rule}”（${entry.zh}）还没有取值`, 'pending');
      else for (const fault of entry.proveTotal()) report(where, `规则表“${rule}”：${fault}`);
    }
  },
};

const links: Proof = {
  name: 'links_open',
  zh: '所开启的流程已发布或已声明待发布',
  check({ workflow, all, registry }, report) {
    const offered = new Set(all.map((service) => service.workflow.code));
    for (const [name, step] of Object.entries(workflow.steps)) {
      for (const action of step.auto ?? []) {
        if (action.action !== 'open') continue;
        for (const target of action.targets) {
          const planned = registry.planned[target];
          if (offered.has(target)) continue;
          if (planned) report(name, `“${planned.zh}”还没有发布，暂以转介显示`, 'pending');
          else report(name, `所开启的“${target}”既没有发布，也没有声明待发布`);
        }
      }
      for (const action of step.auto ?? []) {
        for (const id of action.on ?? []) {
          if (!Object.hasOwn(step.outcomes, id)) report(name, `自动动作限于结果“${id}”，但没有这个结果`);
        }
        if (action.on && action.when === 'enter') report(name, '进入环节时还没有结果，不能限于某个结果');
      }
    }
  },
};

const law: Proof = {
  name: 'limits_have_basis',
  zh: '法定时限有法律依据，待核的列出',
  check({ workflow, services }, report) {
    const limits = [
      ...Object.entries(workflow.steps).flatMap(([name, step]) =>
        step.limit ? [[`${name}.limit`, step.limit] as const] : [],
      ),
      ...(workflow.timers ?? []).map((timer) => [`timers.${timer.step}`, timer.after] as const),
      ...services.flatMap((service) =>
        service.statutoryLimit ? [[service.code, service.statutoryLimit] as const] : [],
      ),
    ];
    for (const [where, limit] of limits) {
      const isLaw = !limit.basis.startsWith('地方承诺') && limit.basis.trim().length >= 4;
      if (limit.basisType === 'statutory' && !isLaw) report(where, '法定时限没有写明法律依据');
      if (limit.needsCheck) report(where, `时限依据待核：${limit.basis}`, 'pending');
    }
    for (const service of services) {
      for (const basis of service.legalBasis)
        if (basis.includes('待核')) report(service.code, `法律依据待核：${basis}`, 'pending');
      if (service.legalBasis.length === 0) report(service.code, '没有法律依据');
    }
  },
};

export const referenceProofs: readonly Proof[] = [registered, rules, links, law];
