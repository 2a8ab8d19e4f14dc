// Proofs about the map of a workflow: targets, reachability, ends, clocks, loops, parallel sections, entries.

import type { Workflow } from '#catalog/define';
import { edgesOf, entrySteps, reach, runsThrough, turnRound, type Proof } from './proof.ts';

const targets: Proof = {
  name: 'targets_exist',
  zh: '所指的环节、办结结果都存在',
  check({ workflow }, report) {
    const has = (step: string): boolean => Object.hasOwn(workflow.steps, step);
    const need = (where: string, step: string): void => {
      if (!has(step)) report(where, `所指的环节“${step}”不存在`);
    };
    for (const [key, entry] of Object.entries(workflow.entries)) {
      need(`entries.${key}`, entry.step);
      for (const step of entry.waits ?? []) need(`entries.${key}.waits`, step);
      for (const step of entry.again ?? []) need(`entries.${key}.again`, step);
      if (entry.after) {
        need(`entries.${key}.after`, entry.after.step);
        const outcomes = workflow.steps[entry.after.step]?.outcomes ?? {};
        if (!Object.hasOwn(outcomes, entry.after.outcome))
          report(`entries.${key}.after`, `环节“${entry.after.step}”没有结果“${entry.after.outcome}”`);
      }
    }
    for (const [name, step] of Object.entries(workflow.steps)) {
      for (const [id, outcome] of Object.entries(step.outcomes)) {
        const where = `${name}.${id}`;
        for (const next of outcome.next ?? []) need(where, next);
        if (outcome.end !== undefined && !Object.hasOwn(workflow.ends, outcome.end))
          report(where, `办结结果“${outcome.end}”不存在`);
        if ((outcome.end === undefined) === (outcome.next === undefined))
          report(where, '结果必须进入下一环节或者办结，二者居一');
      }
      if (Object.keys(step.outcomes).length === 0) report(name, '环节没有任何结果');
      const from = step.limit?.countedFrom;
      if (from?.kind === 'step') need(`${name}.limit`, from.ref);
      if (step.orgFrom && 'step' in step.orgFrom) need(`${name}.orgFrom`, step.orgFrom.step);
      for (const other of step.differentFrom ?? []) need(`${name}.differentFrom`, other);
    }
    for (const timer of workflow.timers ?? []) {
      need('timers', timer.step);
      need('timers', timer.next);
    }
  },
};

const reachable: Proof = {
  name: 'reachable',
  zh: '每个环节都能从入口到达',
  check({ workflow }, report) {
    const seen = reach(entrySteps(workflow), edgesOf(workflow));
    for (const step of Object.keys(workflow.steps)) if (!seen.has(step)) report(step, '从任何入口都到不了这个环节');
  },
};

const canEnd: Proof = {
  name: 'can_end',
  zh: '每个环节都能走到办结',
  check({ workflow }, report) {
    const ending = Object.entries(workflow.steps)
      .filter(([, step]) => Object.values(step.outcomes).some((outcome) => outcome.end !== undefined))
      .map(([name]) => name);
    const able = reach(ending, turnRound(edgesOf(workflow)));
    for (const step of Object.keys(workflow.steps)) if (!able.has(step)) report(step, '从这个环节走不到任何办结结果');
  },
};

const waitingClock: Proof = {
  name: 'waiting_clock',
  zh: '每个等待的环节都有时限',
  check({ workflow }, report) {
    const entered = new Set(edgesOf(workflow).map((edge) => edge.to));
    const timed = new Set(workflow.timers?.map((timer) => timer.step));
    const entries = new Set(entrySteps(workflow));
    for (const [name, step] of Object.entries(workflow.steps)) {
      if (runsThrough(step) || step.limit || timed.has(name)) continue;
      if (entries.has(name) && !entered.has(name)) continue;
      report(name, '这个环节会等待，但没有时限，也没有定时');
    }
  },
};

const clockLimit: Proof = {
  name: 'clock_has_limit',
  zh: '期满所取的结果有时限，且只有一个',
  check({ workflow }, report) {
    for (const [name, step] of Object.entries(workflow.steps)) {
      const byClock = Object.entries(step.outcomes).filter(([, outcome]) => outcome.by?.includes('clock'));
      if (byClock.length > 0 && !step.limit) report(name, '有期满所取的结果，却没有时限');
      if (byClock.length > 1) report(name, '期满所取的结果不止一个');
      const silence = step.limit?.silence;
      if (!silence) continue;
      if (!Object.hasOwn(step.outcomes, silence.outcome)) report(name, `默示所取的结果“${silence.outcome}”不存在`);
      if (byClock.length > 0 && byClock[0]?.[0] !== silence.outcome) report(name, '默示的结果与期满所取的结果不同');
    }
  },
};

const autoLoop: Proof = {
  name: 'auto_loop',
  zh: '自动环节不会不停地循环',
  check({ workflow }, report) {
    const through = new Set(
      Object.entries(workflow.steps).flatMap(([name, step]) => (runsThrough(step) ? [name] : [])),
    );
    const edges = edgesOf(workflow).filter((edge) => through.has(edge.from) && through.has(edge.to));
    for (const name of through) {
      const after = edges.filter((edge) => edge.from === name).map((edge) => edge.to);
      if (reach(after, edges).has(name)) report(name, '自动环节形成循环，其间没有等待的环节');
    }
  },
};

const parallel: Proof = {
  name: 'parallel_joins',
  zh: '并行的每个分支都在段内到达汇聚环节',
  check({ workflow }, report) {
    const edges = edgesOf(workflow);
    const joins = new Set<string>();
    for (const [where, section] of sectionsOf(workflow)) {
      const { join, scope, heads } = section;
      joins.add(join);
      if (workflow.steps[join]?.kind !== 'join') report(where, `“${join}”不是汇聚环节`);
      if (heads.length < 2) report(where, '并行至少要有两个分支');
      for (const head of heads) if (!scope.includes(head)) report(where, `分支“${head}”不在并行段内`);
      const inside = new Set([...scope, join]);
      const held = edges.filter((edge) => inside.has(edge.from) && inside.has(edge.to) && edge.from !== join);
      const reached = reach(heads, held);
      const able = reach([join], turnRound(held));
      for (const step of scope) {
        if (!Object.hasOwn(workflow.steps, step)) report(where, `并行段内的环节“${step}”不存在`);
        else if (!reached.has(step)) report(where, `并行段内的环节“${step}”从各分支到不了`);
        else if (!able.has(step)) report(where, `“${step}”在段内走不到汇聚环节“${join}”`);
        const nested = Object.values(workflow.steps[step]?.outcomes ?? {}).some((outcome) => outcome.parallel);
        if (nested) report(where, `“${step}”在并行段内又开始并行，不支持嵌套`);
      }
    }
    for (const [name, step] of Object.entries(workflow.steps)) {
      if (step.kind === 'join' && !joins.has(name)) report(name, '汇聚环节没有对应的并行');
      for (const [id, outcome] of Object.entries(step.outcomes)) {
        if (!outcome.parallel && (outcome.next?.length ?? 0) > 1)
          report(`${name}.${id}`, '进入多个环节，却没有说明并行的汇聚');
      }
    }
  },
};

type Section = { readonly join: string; readonly scope: readonly string[]; readonly heads: readonly string[] };

function sectionsOf(workflow: Workflow): readonly (readonly [string, Section])[] {
  return Object.entries(workflow.steps).flatMap(([name, step]) =>
    Object.entries(step.outcomes).flatMap(([id, outcome]) =>
      outcome.parallel ? [[`${name}.${id}`, { ...outcome.parallel, heads: outcome.next ?? [] }] as const] : [],
    ),
  );
}

const attach: Proof = {
  name: 'attach_waits',
  zh: '接续入口所指的环节会等待',
  check({ workflow }, report) {
    for (const [key, entry] of Object.entries(workflow.entries)) {
      if (entry.caseMode !== 'attach' && entry.caseMode !== 'attach_or_new') continue;
      for (const name of entry.waits ?? [entry.step]) {
        const step = workflow.steps[name];
        if (step && runsThrough(step)) report(`entries.${key}`, `“${name}”是自动环节，办件不会在这里等待接续`);
      }
    }
  },
};

const withdraw: Proof = {
  name: 'withdraw_end',
  zh: '可以撤回的流程有撤回的办结结果',
  check({ workflow }, report) {
    const steps = Object.entries(workflow.steps).filter(([, step]) => step.withdrawable);
    if (steps.length > 0 && !Object.hasOwn(workflow.ends, 'withdrawn'))
      report('ends', '有可以撤回的环节，却没有办结结果 withdrawn');
  },
};

const isWhole = (count: number): boolean => Number.isInteger(count) && count > 0;

const vote: Proof = {
  name: 'vote_outcomes',
  zh: '表决的结果存在，票数明确',
  check({ workflow }, report) {
    for (const [name, step] of Object.entries(workflow.steps)) {
      if (!step.vote) continue;
      for (const id of [step.vote.pass, step.vote.fail]) {
        if (!Object.hasOwn(step.outcomes, id)) report(`${name}.vote`, `表决的结果“${id}”不存在`);
      }
      const { count } = step.vote;
      const voters = step.vote.mode === 'count' ? step.vote.of : count;
      if (!isWhole(count) || !isWhole(voters)) report(`${name}.vote`, '表决要写明投票的人数和所需票数');
      else if (count > voters) report(`${name}.vote`, `所需票数 ${count} 多于投票的人数 ${voters}，永远不能通过`);
      if (step.vote.pass === step.vote.fail) report(`${name}.vote`, '表决通过与不通过是同一个结果');
      if (step.role === 'system') report(`${name}.vote`, '系统不能投票');
    }
  },
};

/** Characters below which an outcome's name says nothing when it stands alone in a history or on a button: 是, 跳过, 完成. */
const outcomeCharactersMin = 4;

const outcomesSpeak: Proof = {
  name: 'outcome_speaks',
  zh: '结果的名称单独看也明白，同一环节里不重名',
  check({ workflow }, report) {
    for (const [name, step] of Object.entries(workflow.steps)) {
      const seen = new Set<string>();
      for (const [id, { zh }] of Object.entries(step.outcomes)) {
        if (Array.from(zh).length < outcomeCharactersMin) report(`${name}.${id}`, `“${zh}”单独看不明白，请写全`);
        if (seen.has(zh)) report(`${name}.${id}`, `“${zh}”与同一环节的另一个结果重名`);
        seen.add(zh);
      }
    }
  },
};

export const shapeProofs: readonly Proof[] = [
  targets,
  reachable,
  canEnd,
  waitingClock,
  clockLimit,
  autoLoop,
  parallel,
  attach,
  withdraw,
  vote,
  outcomesSpeak,
];
